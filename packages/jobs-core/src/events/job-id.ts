import { monotonicFactory, type ULIDFactory } from 'ulid'

let factory: ULIDFactory | undefined

/** A new job id: a ULID of this instant (epoch ms), rising within this process even inside one millisecond. */
export function createJobId(now: number): string {
  factory ??= monotonicFactory()
  return factory(now)
}
