import type { Clock, StepRecord } from '@cgk-platform/jobs-core/provider'

import type { TriggerApi } from '../api/trigger-api.ts'
import type { WaitTokenDetails } from '../api/wait-tokens.ts'
import { decodeTokenEvent } from '../wire/wait-keys.ts'
import { applyEvent } from './apply-event.ts'
import { findLateEvent, listLagMs } from './find-late-event.ts'
import { type EventWait, isEventWait } from './open-waits.ts'
import type { RecordStore } from './record-store.ts'
import { pauseUntil } from './wait-until-resumable.ts'

/** The services that a last look for an event needs. */
export interface LookDependencies {
  readonly api: Pick<TriggerApi, 'tokens' | 'list' | 'retrieve'>
  readonly clock: Clock
  readonly tenantId: string
  readonly signal: AbortSignal
}

/**
 * Looks for an event that was sent during a wait, before the wait times out, and resolves the wait with it. Events
 * complete a wait's token when their runs begin, which may be after the timeout.
 *
 * @throws {RequestFailedError}
 */
export async function lookBeforeTimeout(
  step: StepRecord,
  store: Pick<RecordStore, 'record' | 'checkResult'>,
  { api, clock, tenantId, signal }: LookDependencies,
): Promise<void> {
  if (!isEventWait(step)) return
  const { startedAt, until = startedAt } = step
  await pauseUntil(Math.min(until, clock.now()) + listLagMs, clock, signal) // a clock that was set back does not prolong it
  if (signal.aborted) return
  const token = await readToken(step, api)
  if (applyToken(token)) return
  const openedAt = token?.createdAt ?? new Date(startedAt)
  const closedAt = token ? token.completedAt : new Date(until)
  const late = await findLateEvent({ step, record: store.record, tenantId, openedAt, closedAt }, api)
  if (late) apply(applyEvent(late, step, store.record, clock.now()))
  else if (token?.status === 'WAITING') applyToken(await readToken(step, api))

  function applyToken(current: WaitTokenDetails | undefined): boolean {
    const event = current?.status === 'COMPLETED' ? decodeTokenEvent(current.output) : undefined
    return event !== undefined && apply(applyEvent(event, step, store.record, clock.now()))
  }

  function apply(isResolved: boolean): boolean {
    if (isResolved) store.checkResult(step)
    return isResolved
  }
}

function readToken({ key, handle }: EventWait, { tokens }: LookDependencies['api']) {
  return tokens.read(`read the token of the wait \`${key}\``, handle)
}
