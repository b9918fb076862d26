import type { AwaitedEvent } from '@cgk-platform/jobs-core/hosted'
import type { JobErrorInfo, Json } from '@cgk-platform/jobs-core/provider'

import { toAwaitedEvent } from './awaited-event.ts'
import { sha1 } from './sha1.ts'
import { continuationName, pastLookName } from './step-names.ts'
import { type EndedStep, readStepRecord } from './step-record.ts'

/** The result of a look for an event that a wait with `since` may have missed. */
export interface PastLook {
  /** The earliest event that fits, or `null`. */
  readonly event: AwaitedEvent | null
  /** True if the wait has timed out. */
  readonly isOver: boolean
  /** When the next delayed event is due, epoch milliseconds; absent if there is none. */
  readonly dueAt?: number
  /** Why the wait failed; absent if it did not. */
  readonly error?: JobErrorInfo
}

/** The end of a wait with `since`, and the id of the native step that ended it. */
export type PastWaitEnd = ({ readonly output: Json | null } | { readonly error: JobErrorInfo }) & {
  readonly stepId: string
}

/** Returns how a wait with `since` ended whose first look found no event; `undefined` while it waits. */
export function pastWaitEndIn(ended: ReadonlyMap<string, EndedStep>, key: string): PastWaitEnd | undefined {
  const dataOf = (id: string): unknown => {
    const step = ended.get(sha1(id))
    return step?.type === 'data' ? step.data : undefined
  }
  const error = readStepRecord(dataOf(key))?.past?.error
  if (error) return { error, stepId: key }
  for (let turn = 2; ; turn++) {
    const [waitId, lookId] = [continuationName(key, turn).id, pastLookName(key, turn).id]
    const received = toAwaitedEvent(dataOf(waitId))
    const look = readStepRecord(dataOf(lookId))?.output as PastLook | undefined
    // After an event that was not for this wait, the code looks again.
    if (!look) return received ? { output: received as unknown as Json, stepId: waitId } : undefined
    if (look.error) return { error: look.error, stepId: lookId }
    if (look.event || look.isOver) return { output: look.event as unknown as Json | null, stepId: lookId }
  }
}
