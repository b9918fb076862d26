import { type Clock, awaitAtMost } from '@cgk-platform/jobs-core/provider'
import { metadata } from '@trigger.dev/sdk'

import { type AttemptRecord, type DispatchRecord, isAttemptRecord, readRecord, recordKey } from '../wire/run-record.ts'

/** Delay before the start of an attempt is sent. A shorter attempt sends its record only with its end. */
const flushAfterMs = 100
/** Time limit for that request at the end of an attempt. If it arrived later, it would overwrite the final record. */
const flushTimeoutMs = 2000

/** Records the start of an attempt. Returns a function that records its end. */
export function recordAttempt(begun: AttemptRecord, clock: Clock): (ended: AttemptRecord) => Promise<void> {
  writeRecord(begun)
  let flushed: Promise<void> | undefined
  const timer = clock.setTimer(flushAfterMs, () => {
    // Without a retry, which could arrive after the final record and overwrite it.
    flushed = metadata.flush({ retry: { maxAttempts: 1 } }).catch(() => undefined)
  })
  return async (ended) => {
    timer.cancel()
    if (flushed) await awaitAtMost(clock, flushTimeoutMs, flushed)
    writeRecord(ended)
  }
}

/** Writes a record into the metadata of the current run. */
export function writeRecord(record: AttemptRecord | DispatchRecord): void {
  // Deletes it first: the SDK skips a value that it considers set, even if the request that set it failed.
  metadata.del(recordKey)
  metadata.set(recordKey, record as unknown as Parameters<typeof metadata.set>[1])
}

/** Returns the record that an earlier attempt of the current run wrote, or `undefined` if there is none. */
export function readOwnRecord(): AttemptRecord | undefined {
  const record = readRecord(metadata.current())
  return isAttemptRecord(record) ? record : undefined
}
