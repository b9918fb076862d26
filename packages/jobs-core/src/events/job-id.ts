import { monotonicFactory, type ULIDFactory } from 'ulid'

let factory: ULIDFactory | undefined

/** Creates a job id: a ULID of `now` (epoch milliseconds). Ids of one process increase even within a millisecond. */
export function createJobId(now: number): string {
  factory ??= monotonicFactory()
  return factory(now)
}
