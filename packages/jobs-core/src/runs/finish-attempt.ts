import { LeaseLostError } from '../errors/lease-lost-error.ts'
import { copyJson } from '../values/json.ts'
import { withoutTexts } from '../codec/encoded.ts'
import type { Attempt } from './attempt.ts'
import { callHook, type JobHooks } from '../hooks/hooks.ts'
import type { Outcome } from '../hooks/outcome.ts'

/** Logs an attempt's outcome, calls the hooks and reports it to the host. */
export function finishAttempt(attempt: Attempt, outcome: Outcome): void {
  const { codec } = attempt.host
  if (!codec || !('error' in outcome)) return finish(attempt, outcome, outcome)
  const { error, ...ended } = outcome
  const shown = { ...ended, error: withoutTexts(error) }
  void codec
    .encodeError(error, attempt.envelope.tenantId)
    .then((encoded) => finish(attempt, { ...ended, error: encoded }, shown))
}

/** @param shown - the outcome for logs, hooks and traces */
function finish(attempt: Attempt, outcome: Outcome, shown: Outcome): void {
  const { hooks } = attempt.host
  logOutcome(attempt, shown)
  if (hooks && attempt.options.replay?.isCancelCompensation !== true) callEndHooks(attempt, shown, hooks)
  attempt.end(shown)
  attempt.receiver.ended(outcome)
}

/** Hooks get copies, so that changes they make, such as masking, do not reach the engine. */
function callEndHooks(attempt: Attempt, outcome: Outcome, hooks: JobHooks): void {
  if (outcome.type === 'suspended') return
  const { info, bound, host, startedAt } = attempt
  const durationMs = host.clock.now() - startedAt!
  callHook(hooks, 'onAttemptEnd', { ...info, outcome: copyOf(outcome), durationMs }, bound)
  if (outcome.type === 'retry' || outcome.type === 'interrupted' || outcome.type === 'restarted') return
  callHook(hooks, 'onRunEnd', { ...info, outcome: copyOf(outcome) }, bound)
}

function copyOf<T extends Outcome>(outcome: T): T {
  if (outcome.type !== 'completed' || outcome.output === undefined) return structuredClone(outcome)
  return { ...outcome, output: copyJson(outcome.output) } // several times faster than `structuredClone`
}

function logOutcome(attempt: Attempt, outcome: Outcome): void {
  switch (outcome.type) {
    case 'completed':
      return attempt.log('debug', 'The run completed.')
    case 'retry': {
      const { afterMs, error } = outcome
      return attempt.log('warn', 'The attempt failed and will be retried.', { afterMs, error })
    }
    case 'failed':
      return attempt.log('error', 'The run failed.', { error: outcome.error })
    case 'cancelled':
      return attempt.log('info', 'The run was cancelled.')
    case 'suspended':
      return attempt.log('debug', 'The run is waiting.')
    case 'restarted':
      return attempt.log('debug', 'The run begins again.')
    case 'interrupted':
      // Of a run that this process leaves to others, it has already told why.
      if (outcome.againAt !== undefined) return undefined
      return attempt.log('warn', interruption(attempt.options.signal.reason))
  }
}

/** Promises another attempt only where it is certain: another worker may have failed the run, and memory is lost. */
function interruption(reason: unknown): string {
  return LeaseLostError.isInstance(reason)
    ? 'The worker lost the lease of the run. Another worker took it over or ended it.'
    : 'The engine closed before the attempt ended. A durable engine runs it again.'
}
