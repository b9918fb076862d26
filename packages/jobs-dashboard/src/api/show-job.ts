import type { JobDetails } from '@cgk-platform/jobs-core/inspect'
import type { JobErrorInfo, StepStatus } from '@cgk-platform/jobs-core/provider'

import type { ValueJson } from '../api-types.ts'
import type { Redact } from './redact.ts'

/** The maximum number of characters of one value. */
const maxCharacters = 100_000
/** The maximum number of characters of all values of a job. */
const maxCharactersOfAll = 1_000_000

/** The rules by which a user sees values. */
export interface Sight {
  readonly redact: Redact
  /** Shows payloads and outputs. */
  readonly payloads: boolean
}

/** Returns a job as a user may see it: a `JobJson` once it is JSON. */
export function showJob({ payload, idempotencyKey, runs, ...job }: JobDetails, { redact, payloads }: Sight): unknown {
  let charactersLeft = maxCharactersOfAll
  const show = (value: unknown): ValueJson => {
    if (!payloads) return { kind: 'hidden' }
    const text = JSON.stringify(value)
    const bytes = new TextEncoder().encode(text).length
    const most = Math.min(maxCharacters, charactersLeft)
    charactersLeft -= Math.min(text.length, most)
    if (text.length <= most) return { kind: 'json', json: value, bytes }
    return { kind: 'truncated', text: text.slice(0, most).toWellFormed(), bytes }
  }
  const withError = <Part extends { readonly error?: JobErrorInfo }>(part: Part): Part =>
    part.error ? { ...part, error: showError(part.error, payloads) } : part
  const showStep = ({ output, waitsFor, compensation, ...step }: StepStatus): unknown => ({
    ...withError(step),
    ...(output !== undefined && { output: show(redactStepOutput(redact, step.kind, output)) }),
    ...(waitsFor && { waitsFor: showWait(waitsFor, redact, payloads) }),
    ...(compensation && { compensation: withError(compensation) }),
  })
  return {
    ...job,
    ...(payloads && idempotencyKey !== undefined && { idempotencyKey }),
    ...(payload !== undefined && { payload: show(redact('payload', payload)) }),
    runs: runs.map(({ output, steps, attemptHistory, parked, ...run }) => ({
      ...withError(run),
      ...(parked && { parked: withError(parked) }),
      ...(output !== undefined && { output: show(redact('output', output)) }),
      ...(steps && { steps: steps.map(showStep) }),
      ...(attemptHistory && {
        attemptHistory: attemptHistory.map(withError),
      }),
    })),
  }
}

/** Hides fields of a step's output. A wait for an event returns the event, whose payload has paths of its own. */
export function redactStepOutput(redact: Redact, kind: StepStatus['kind'], output: unknown): unknown {
  const shown = redact('output', output)
  if (
    (kind !== 'waitForEvent' && kind !== 'waitForSignal') ||
    typeof shown !== 'object' ||
    shown === null ||
    !('payload' in shown)
  )
    return shown
  return { ...shown, payload: redact('payload', shown.payload) }
}

/** Stacks and causes may contain values and paths that a message does not; only users who may see payloads need them. */
function showError({ name, message, code, stack, cause }: JobErrorInfo, payloads: boolean): JobErrorInfo {
  return {
    name,
    message,
    ...(code !== undefined && { code }),
    ...(payloads && stack !== undefined && { stack }),
    ...(payloads && cause && { cause }),
  }
}

function showWait(waitsFor: NonNullable<StepStatus['waitsFor']>, redact: Redact, payloads: boolean): unknown {
  if (!('event' in waitsFor) || !waitsFor.match) return waitsFor
  const { match, ...shown } = waitsFor
  return payloads ? { ...shown, match: redact('payload', match) } : shown
}
