import { failPastWait, type StepRecord } from '@cgk-platform/jobs-core/provider'

import { encodeTokenEvent } from '../wire/wait-keys.ts'
import { applyEvent } from './apply-event.ts'
import { findPastEvent, listLagMs, maxPastEvents } from './find-late-event.ts'
import type { LookDependencies } from './look-before-timeout.ts'
import { type EventWait, isEventWait } from './open-waits.ts'
import type { RecordStore } from './record-store.ts'
import { pauseUntil } from './wait-until-resumable.ts'

const looking = new WeakSet<StepRecord>()

/** Returns true while a wait looks into the past. The result of its token can be a later event than it finds. */
export function isLooking(step: StepRecord): boolean {
  return looking.has(step)
}

/**
 * Resolves a wait with `since` with the earliest event that was sent before its token existed. If it finds none, it
 * looks again once the list shows all of them: the runs of later events complete the token.
 *
 * @throws {RequestFailedError}
 */
export async function lookIntoPast(
  step: StepRecord,
  store: Pick<RecordStore, 'record' | 'checkResult'>,
  dependencies: LookDependencies,
): Promise<void> {
  if (step.since === undefined || !isEventWait(step)) return
  looking.add(step)
  try {
    await look(step, store, dependencies)
  } finally {
    looking.delete(step)
  }
}

async function look(
  step: EventWait,
  store: Pick<RecordStore, 'record' | 'checkResult'>,
  { api, clock, tenantId, signal }: LookDependencies,
): Promise<void> {
  const { record } = store
  const { key, handle } = step
  const lookedAt = clock.now()
  const token = await api.tokens.read(`read the token of the wait \`${key}\``, handle)
  const openedAt = token?.createdAt ?? new Date(lookedAt)
  /** Returns whether the wait has ended. */
  const find = async (): Promise<boolean> => {
    const now = clock.now()
    const event = await findPastEvent({ step, record, tenantId, openedAt }, openedAt.getTime() + now - lookedAt, api)
    if (event === undefined || !isEventWait(step)) return !isEventWait(step)
    if (event === 'too many') failPastWait(record, step, maxPastEvents, now)
    else if (applyEvent(event, step, record, now)) store.checkResult(step)
    else return false
    const output = event === 'too many' ? 'ended' : encodeTokenEvent(event)
    await api.tokens.complete(`end the token of the wait \`${key}\``, handle, output)
    return true
  }
  if (await find()) return
  await pauseUntil(lookedAt + listLagMs, clock, signal)
  if (!signal.aborted) await find()
}
