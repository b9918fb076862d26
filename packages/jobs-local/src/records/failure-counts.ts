import type { FailureCount } from '@cgk-platform/jobs-core/provider'

/** The time whose failures are counted together. */
const partMs = 300_000

/** A run whose last attempt has failed. Later jobs have larger keys. */
interface Failure<Key> extends Pick<FailureCount, 'definitionId' | 'errorGroup' | 'tenantId' | 'state'> {
  /** When it failed, in epoch milliseconds. */
  readonly at: number
  readonly job: Key
}

/** Counts failures by definition, error group, tenant, state and five minutes. */
export class FailureCounts<Key extends number | string> {
  readonly #counts = new Map<
    string,
    Omit<FailureCount, 'jobId'> & { count: number; first: number; last: number; job: Key }
  >()

  add({ definitionId, errorGroup, tenantId, state, at, job }: Failure<Key>): void {
    const part = Math.floor(at / partMs)
    const key = `${state}\u0000${part}\u0000${definitionId}\u0000${tenantId}\u0000${errorGroup}`
    const counted = this.#counts.get(key)
    if (!counted) {
      this.#counts.set(key, { definitionId, errorGroup, tenantId, state, count: 1, first: at, last: at, job })
      return
    }
    counted.count++
    counted.first = Math.min(counted.first, at)
    counted.last = Math.max(counted.last, at)
    if (job > counted.job) counted.job = job
  }

  /** @param idOf - returns the id of a job */
  all(idOf: (job: Key) => string): FailureCount[] {
    return [...this.#counts.values()].map(({ job, ...count }) => ({ ...count, jobId: idOf(job) }))
  }
}
