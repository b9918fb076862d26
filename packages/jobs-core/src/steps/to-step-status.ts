import { encodedTag, isEncoded } from '../codec/encoded.ts'
import { type SignalPayload, signalOf } from '../events/signal-event.ts'
import { copyJson, type Json } from '../values/json.ts'
import type { RunStatus } from '../status/job-status.ts'
import type { CompensationStatus, StepStatus } from '../status/step-status.ts'
import type { AwaitedEvent } from './step-call.ts'
import type { CompensationRecord, StepRecord, WorkflowRecord } from './workflow-record.ts'

/**
 * Returns what the record of a workflow's run tells about it, as a copy.
 *
 * @param isOpen - false if the run has ended: one that was cancelled while it waited for other code waits no longer
 */
export function toWorkflowStatus(
  { version, steps, parked, restart }: WorkflowRecord,
  isOpen: boolean,
): Pick<RunStatus, 'version' | 'restarts' | 'steps' | 'parked'> {
  const { since, until, error } = (isOpen && parked) || {}
  return {
    ...(typeof version === 'string' && { version }),
    ...(restart && { restarts: restart.count }),
    ...(error && { parked: { since: new Date(since!), until: new Date(until!), error: structuredClone(error) } }),
    steps: steps.map(toStepStatus),
  }
}

/** Returns the status of a step as a copy of its record. */
export function toStepStatus(step: StepRecord): StepStatus {
  const { key, kind, state, attempts, maxAttempts, output, error, until } = step
  const status: StepStatus = {
    id: key,
    kind,
    state,
    attempts,
    ...(maxAttempts !== undefined && { maxAttempts }),
    ...dates(step),
    ...(output !== undefined && { output: copyJson(output) }),
    ...(error && { error: structuredClone(error) }),
    ...(state === 'waiting' && waitOf(step)),
    ...(state === 'waiting' && until !== undefined && { waitsUntil: new Date(until) }),
    ...(step.compensation && { compensation: toCompensationStatus(step.compensation) }),
  }
  return kind === 'waitForEvent' ? toSignalStatus(status, step.event) : status
}

/** Returns the status of a wait for a signal, from that of the wait for the event that carries it. */
export function toSignalStatus(step: StepStatus, event: string | undefined): StepStatus {
  const signal = event === undefined ? undefined : signalOf(event)
  if (signal === undefined) return step
  const { waitsFor, output, ...rest } = step
  return {
    ...rest,
    kind: 'waitForSignal',
    ...(waitsFor && { waitsFor: { signal } }),
    ...(output !== undefined && { output: output && withoutCarrier(output as AwaitedEvent) }),
  }
}

/** An encoded payload is that of the carrier, until a reader decodes it. */
function withoutCarrier({ payload, ...sent }: AwaitedEvent): AwaitedEvent {
  if (isEncoded(payload)) return { ...sent, payload: { [encodedTag]: payload[encodedTag] } }
  return { ...sent, payload: (payload as unknown as SignalPayload).payload as Json }
}

function toCompensationStatus(compensation: CompensationRecord): CompensationStatus {
  const { state, attempts, error } = compensation
  return { state, attempts, ...dates(compensation), ...(error && { error: structuredClone(error) }) }
}

function dates({ startedAt, endedAt, nextAttemptAt }: Pick<StepRecord, 'startedAt' | 'endedAt' | 'nextAttemptAt'>) {
  return {
    startedAt: new Date(startedAt),
    ...(endedAt !== undefined && { endedAt: new Date(endedAt) }),
    ...(nextAttemptAt !== undefined && { nextAttemptAt: new Date(nextAttemptAt) }),
  }
}

function waitOf({ event, match, since, jobId }: StepRecord): Pick<StepStatus, 'waitsFor'> {
  if (event !== undefined) {
    const past = since !== undefined && { since: new Date(since) }
    return { waitsFor: { event, ...(match && { match: { ...match } }), ...past } }
  }
  return jobId === undefined ? {} : { waitsFor: { jobId } }
}
