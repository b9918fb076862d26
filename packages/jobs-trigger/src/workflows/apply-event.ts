import type { AwaitableEvent } from '@cgk-platform/jobs-core/hosted'
import { resolveEventWait, type StepRecord, type WorkflowRecord } from '@cgk-platform/jobs-core/provider'

/**
 * Resolves a wait with an event whose send was compared with the wait before, by other clocks. So this moves `sentAt`
 * into the wait. Returns false if the event does not match, or if an earlier wait of the run got it.
 */
export function applyEvent(event: AwaitableEvent, step: StepRecord, record: WorkflowRecord, now: number): boolean {
  const { sentAt } = event
  const { startedAt, until = startedAt, since } = step
  if (since === undefined && wasDelivered(event, startedAt, record)) return false
  const withinWait = Math.max(since ?? startedAt, Math.min(sentAt, until))
  if (!resolveEventWait(record, step, { ...event, sentAt: withinWait }, now)) return false
  if (withinWait !== sentAt) step.output = { ...(step.output as object), sentAt }
  return true
}

/** Returns true if a wait that ended before this one began got the event. By one of the clocks, it may fit both. */
function wasDelivered({ id }: AwaitableEvent, startedAt: number, { steps }: WorkflowRecord): boolean {
  return steps.some(({ kind, output, endedAt = Number.POSITIVE_INFINITY }) => {
    return kind === 'waitForEvent' && endedAt <= startedAt && (output as { id?: unknown } | null)?.id === id
  })
}
