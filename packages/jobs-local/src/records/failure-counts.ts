import type { FailureCount } from '@cgk-platform/jobs-core/provider'

/** The time whose failures are counted together. */
const partMs = 300_000

/** A run whose last attempt has failed. Later jobs have larger keys. */
interface Failure<Key> extends Pick<FailureCount, 'definitionId' | 'errorGroup' | 'tenantId' | 'state'> {
  /** When it failed, in epoch milliseconds. */
  readonly at: number
  readonly job: Key
}

/** The failures of one definition, error group and state, by tenant and time. */
interface Group<Key> extends Pick<FailureCount, 'definitionId' | 'errorGroup' | 'state'> {
  readonly counts: Map<string, { tenantId: string; count: number; first: number; last: number }>
  newest: Key
}

/** Counts failures by definition, error group, tenant, state and five minutes. Quick if those of a group follow each other. */
export class FailureCounts<Key extends number | string> {
  readonly #groups = new Map<string, Group<Key>>()
  #last: Group<Key> | undefined

  add({ tenantId, at, job, ...failure }: Failure<Key>): void {
    const group = this.#groupOf(failure, job)
    if (job > group.newest) group.newest = job
    const { counts } = group
    const key = `${Math.floor(at / partMs)} ${tenantId}`
    const counted = counts.get(key)
    if (!counted) {
      counts.set(key, { tenantId, count: 1, first: at, last: at })
      return
    }
    counted.count++
    counted.first = Math.min(counted.first, at)
    counted.last = Math.max(counted.last, at)
  }

  /** @param idOf - returns the id of a job */
  all(idOf: (job: Key) => string): FailureCount[] {
    return [...this.#groups.values()].flatMap(({ counts, newest, ...group }) => {
      const newestJobId = idOf(newest)
      return [...counts.values()].map((count) => ({ ...group, ...count, newestJobId }))
    })
  }

  #groupOf(
    { definitionId, errorGroup, state }: Pick<FailureCount, 'definitionId' | 'errorGroup' | 'state'>,
    newest: Key,
  ): Group<Key> {
    const last = this.#last
    if (last?.errorGroup === errorGroup && last.definitionId === definitionId && last.state === state) return last
    const key = JSON.stringify([definitionId, errorGroup, state])
    const group = this.#groups.get(key) ?? { definitionId, errorGroup, state, counts: new Map(), newest }
    this.#groups.set(key, group)
    this.#last = group
    return group
  }
}
