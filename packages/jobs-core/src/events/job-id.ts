import { decodeTime, encodeTime, isValid, monotonicFactory } from 'ulid'

/** Random bytes for the next ids. A request for each digit, as the package makes it, takes 35 µs for an id. */
const bytes = new Uint8Array(1024)
let used = bytes.length

/** Creates a job id: a ULID of `now` (epoch milliseconds). Ids of one process increase even within a millisecond. */
export const createJobId: (now: number) => string = monotonicFactory(() => {
  if (used === bytes.length) {
    crypto.getRandomValues(bytes)
    used = 0
  }
  return bytes[used++]! / 256
})

/** Returns a string that sorts before the ids of all jobs sent at or after `time` (epoch milliseconds). */
export function beforeJobIdsSince(time: number): string {
  return encodeTime(time)
}

/** Returns the time of the send in a job's id, in epoch milliseconds; 0 for another string. */
export function sentAtOf(jobId: string): number {
  return isValid(jobId) ? decodeTime(jobId) : 0
}
