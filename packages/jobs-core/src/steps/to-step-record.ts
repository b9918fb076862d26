import type { EventWaitCall, StepCall } from './step-call.ts'
import type { StepRecord } from './workflow-record.ts'

/** The facts of a replay that a new record takes. */
interface RecordSource {
  /** The `traceparent` of the replay. */
  readonly traceparent?: string | undefined
  /** Returns when the code first called a step, epoch milliseconds. */
  startedAtOf?(key: string): number | undefined
}

/** Returns the record of a step that is called for the first time. */
export function toStepRecord(call: StepCall, now: number, source: RecordSource = {}): StepRecord {
  const { key, kind } = call
  const { traceparent } = source
  const trace = traceparent !== undefined && { traceparent }
  const base = { key, kind, attempts: 0, startedAt: now, ...trace } as const
  if ('work' in call) {
    const { policy } = call
    const awaited = call.kind === 'runJob' && { definitionId: call.definitionId }
    return { ...base, state: 'running', maxAttempts: policy.maxAttempts, ...awaited }
  }
  switch (call.kind) {
    case 'patched':
      return { ...base, state: 'running' }
    case 'sleep':
      return { ...base, state: 'waiting', until: now + call.durationMs }
    case 'sleepUntil':
      return { ...base, state: 'waiting', until: call.until }
    case 'waitForEvent':
      return {
        ...base,
        state: 'waiting',
        until: now + call.timeoutMs,
        event: call.event,
        ...(call.match && { match: call.match }),
        ...pastOf(call, now, source),
      }
  }
}

function pastOf({ since, ownJobId }: EventWaitCall, now: number, { startedAtOf }: RecordSource): Partial<StepRecord> {
  if (since === undefined) return {}
  const at = typeof since === 'number' ? since : startedAtOf?.(since.step)
  return { since: at ?? now, ...(ownJobId !== undefined && { ownJobId }) }
}
