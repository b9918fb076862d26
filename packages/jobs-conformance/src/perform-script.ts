import {
  getJobClient,
  type InTransaction,
  type JobContext,
  type JobEvent,
  NonRetryableError,
  RetryAfterError,
  sendJob,
  waitForJob,
} from '@cgk-platform/jobs-core'

import { enclosingMiddleware } from './enclosing-middleware.ts'
import { journalOfProcess, record, type JournalEntryKind } from './journal.ts'
import { invalidOutput } from './invalid-output.ts'
import type { Script, ScriptedFailure, ScriptPayload } from './script.ts'
import { conformanceClock } from './settings.ts'
import { stringOfJsonBytes } from './string-of-json-bytes.ts'

/** Pause of a held handler before it looks again whether it is released, in milliseconds. */
const releasePollMs = 50

/** Performs a script and records what it observes. */
export async function performScript(
  definition: string,
  script: Script,
  context: JobContext,
  details: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const recordEntry = createRecorder(definition, context)
  recordEntry('started', { ...details, layers: enclosingMiddleware() })
  if (script.logs !== undefined) context.logger.info(script.logs)
  if (script.sends) {
    const payload: ScriptPayload = { tenantId: context.tenantId }
    const { transaction } = context as Partial<InTransaction>
    const { id } = await sendJob('conformance.plain' as JobEvent, payload as never, {
      transaction: transaction as never,
    })
    recordEntry('sent', { jobId: id, layers: enclosingMiddleware() })
    if (script.awaitsSent) await waitForJob(id)
  }
  if (script.waitMs !== undefined) await wait(script.waitMs, script, context, recordEntry)
  if (script.isHeld) await waitForRelease(context, (ms) => wait(ms, script, context, recordEntry))
  if (script.cancelsItself) {
    // Not awaited, because it resolves only after this handler has returned.
    getJobClient()
      .cancelJob(context.jobId)
      .then(({ state }) => recordEntry('cancelResolved', { state }))
      .catch((error: unknown) => recordEntry('cancelResolved', { error: String(error) }))
  }
  if (script.blockMs !== undefined) block(script.blockMs)
  if (fails(script.failure, definition, context)) {
    recordEntry('threw', {})
    throw scriptedError(script.failure, context)
  }
  recordEntry('returned', {})
  return script.returnsFirst !== undefined && context.attempt === 1 ? script.returnsFirst : outputOf(script)
}

/** Records a call of `onFailure`, and throws if the script says so. */
export function reportFailure(
  definition: string,
  script: Script,
  error: Error,
  context: JobContext,
  details: Readonly<Record<string, unknown>>,
): void {
  const { name, message } = error
  createRecorder(definition, context)('onFailure', {
    ...details,
    isError: error instanceof Error,
    name,
    message,
    layers: enclosingMiddleware(),
  })
  if (script.onFailureThrows) throw new Error('onFailure threw on purpose')
}

function createRecorder(definition: string, context: JobContext) {
  const { jobId, runId, attempt, maxAttempts, tenantId } = context
  return (kind: JournalEntryKind, details: Readonly<Record<string, unknown>>): void =>
    record({ kind, definition, jobId, runId, attempt, maxAttempts, tenantId, details })
}

async function wait(
  waitMs: number,
  script: Script,
  { signal }: JobContext,
  recordEntry: ReturnType<typeof createRecorder>,
): Promise<void> {
  const reasonOf = (): string => (signal.reason as Error | undefined)?.name ?? String(signal.reason)
  return waitFor(waitMs, signal, () => recordEntry('aborted', { reason: reasonOf() }), script.ignoresSignal)
}

/** Waits until the case has released the job, or until `pause` rejects. */
export async function waitForRelease(
  context: Pick<JobContext, 'jobId'>,
  pause: (durationMs: number) => Promise<void>,
): Promise<void> {
  while (!isReleased(context)) await pause(releasePollMs)
}

/** Returns whether the case has released the job. */
export function isReleased({ jobId }: Pick<JobContext, 'jobId'>): boolean {
  return journalOfProcess().read({ kind: 'released', jobId }).length > 0
}

/** Waits by the suite's clock. An abort of the signal calls `onAborted`, and rejects unless `ignoresSignal` is set. */
export async function waitFor(
  waitMs: number,
  signal: AbortSignal,
  onAborted: () => void,
  ignoresSignal = false,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const onAbort = (): void => {
      onAborted()
      if (ignoresSignal) return
      timer.cancel()
      reject(signal.reason)
    }
    const timer = conformanceClock().setTimer(waitMs, () => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    })
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
}

function block(blockMs: number): void {
  const until = performance.now() + blockMs
  while (performance.now() < until);
}

function fails(
  failure: ScriptedFailure | undefined,
  definition: string,
  context: JobContext,
): failure is ScriptedFailure {
  if (!failure || context.attempt > (failure.attempts ?? Infinity)) return false
  return failure.runs === undefined || runNumber(definition, context) <= failure.runs
}

/** Returns the number of this run among the definition's runs for the job, from 1, according to the journal. */
function runNumber(definition: string, { jobId, runId }: JobContext): number {
  const before = journalOfProcess().read({ definition, jobId })
  return new Set([...before.map((entry) => entry.runId), runId]).size
}

/** Returns the value that a scripted failure throws. */
export function scriptedError({ as, afterMs = 0 }: ScriptedFailure, { attempt }: Pick<JobContext, 'attempt'>): unknown {
  const message = `failed on purpose in attempt ${attempt}`
  switch (as) {
    case 'error':
      return Object.assign(new Error(message), { name: 'ConformanceFailure', code: 'failed_on_purpose' })
    case 'nonRetryable':
      return new NonRetryableError(message)
    case 'retryAfter':
      return new RetryAfterError(message, afterMs)
    case 'retryAt':
      return new RetryAfterError(message, new Date(conformanceClock().now() + afterMs))
    case 'string':
      return message
    case 'undefined':
      return undefined
    case 'null':
      return null
    case 'object':
      return { problem: message }
    case 'plainObject':
      return { code: 'failed_on_purpose', message, details: null }
    case 'longError':
      return new Error(`${message}: ${'x'.repeat(1_000_000)}`, { cause: new Error('y'.repeat(1_000_000)) })
    case 'revokedProxy':
      return revokedProxy()
  }
}

/** Returns a value on which every operation throws. */
function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

function outputOf(script: Script): unknown {
  if (script.returnsOdd !== undefined) return invalidOutput(script.returnsOdd)
  if (script.returnsBytes !== undefined) return stringOfJsonBytes(script.returnsBytes)
  const output = script.returns ?? (script.returns === null ? null : { done: true })
  if (script.changesOutput) {
    conformanceClock().setTimer(5, () => Object.assign(output as object, { done: 'changed later' }))
  }
  return output
}
