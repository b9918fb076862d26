import { type Clock, awaitAtMost } from '@cgk-platform/jobs-core/provider'
import { metadata } from '@trigger.dev/sdk'

import { type AttemptRecord, type DispatchRecord, isAttemptRecord, readRecord, recordKey } from '../wire/run-record.ts'

/** What is set in a run's metadata goes along with the attempt's end; one that lasts longer than this is told of before. */
const flushAfterMs = 100
/** How long an attempt's end waits for that, which would otherwise come later: a server may leave it without an answer. */
const flushWithinMs = 2000

/** Notes that an attempt is under way; the answer notes how it ended. */
export function noteAttempt(begun: AttemptRecord, clock: Clock): (ended: AttemptRecord) => Promise<void> {
  writeRecord(begun)
  let flushed: Promise<void> | undefined
  const timer = clock.setTimer(flushAfterMs, () => {
    // Once: asked again, it might come after the last word and stand over it.
    flushed = metadata.flush({ retry: { maxAttempts: 1 } }).catch(() => undefined)
  })
  return async (ended) => {
    timer.cancel()
    if (flushed) await awaitAtMost(clock, flushWithinMs, flushed)
    writeRecord(ended)
  }
}

/** Puts a record into the metadata of the run under way. */
export function writeRecord(record: AttemptRecord | DispatchRecord): void {
  // The SDK drops what it thinks is set already, also where the request that set it failed.
  metadata.del(recordKey)
  metadata.set(recordKey, record as unknown as Parameters<typeof metadata.set>[1])
}

/** What an earlier attempt of the run under way left. */
export function readOwnRecord(): AttemptRecord | undefined {
  const record = readRecord(metadata.current())
  return isAttemptRecord(record) ? record : undefined
}
