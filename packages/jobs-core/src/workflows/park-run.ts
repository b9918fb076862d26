import type { WorkflowChangedError } from '../errors/workflow-changed-error.ts'
import { toErrorInfo } from '../errors/error-info.ts'
import type { Outcome } from '../hooks/outcome.ts'
import type { Attempt } from '../runs/attempt.ts'
import { reportFailure } from '../runs/report-failure.ts'
import { codeOf } from '../jobs/previous-workflow.ts'
import type { WorkflowDefinition } from '../jobs/steps.ts'
import type { StepEngine } from '../steps/step-engine.ts'

const minLookMs = 1000
const maxLookMs = 3_600_000

/** Returns how long a run waits for the next look, if it has waited for `parkedMs`. */
function nextLookMs(parkedMs: number): number {
  return Math.min(Math.max(Math.ceil(parkedMs / 4), minLookMs), maxLookMs)
}

/** Returns how long a run has waited before its next look, in milliseconds, after a number of looks. */
export function parkedMsAfter(looks: number): number {
  let parkedMs = 0
  for (let look = 0; look < looks; look++) parkedMs += nextLookMs(parkedMs)
  return parkedMs
}

/**
 * Makes a run wait for a worker whose code fits. The engine calls it again from time to time, on whichever worker: soon at
 * first, because old and new workers run side by side during a deploy, and later once an hour. Fails the run after
 * `parkTimeout`, without a compensation: neither its steps nor the code in between have failed.
 */
export async function parkRun(
  attempt: Attempt & { readonly definition: WorkflowDefinition },
  engine: StepEngine,
  changed: WorkflowChangedError,
): Promise<Outcome> {
  const now = attempt.host.clock.now()
  const { parkTimeoutMs } = attempt.definition
  const since = engine.parked?.since ?? now
  const until = since + parkTimeoutMs
  if (now >= until) return failParked(attempt, engine, changed, since)
  const error = toErrorInfo(changed)
  if (!engine.parked || (engine.parked.error && engine.parked.error.message !== error.message)) {
    attempt.log('warn', 'A run waits for a worker with other code.', { error, until: new Date(until).toISOString() })
  }
  const wakeAt = Math.min(until, now + nextLookMs(now - since))
  await engine.park({ since, until, error, wakeAt })
  return { type: 'suspended', wakeAt }
}

async function failParked(
  attempt: Attempt & { readonly definition: WorkflowDefinition },
  engine: StepEngine,
  changed: WorkflowChangedError,
  since: number,
): Promise<Outcome> {
  await engine.park(undefined)
  const waited = `It has waited for other code since ${new Date(since).toISOString()}, so it fails.`
  changed.message += ` ${waited} Its steps are not compensated, and \`retryJob\` continues it.`
  if (engine.isCancelled) {
    attempt.log('error', 'A cancelled run is not compensated.', { error: toErrorInfo(changed) })
    return { type: 'cancelled' }
  }
  await reportFailure(attempt, changed, codeOf(attempt.definition, engine.version) ?? attempt.definition)
  return { type: 'failed', error: toErrorInfo(changed) }
}
