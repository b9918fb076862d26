import type { StoredRun } from '../../../records/stored-run.ts'
import { compareText, nextIn } from '../../../rules/text-order.ts'
import { keyOf } from '../tables/rows.ts'
import type { RunSource } from '../../../rules/run-source.ts'

/** New runs of a definition without limits, which are not written yet. */
export class UnwrittenSource implements RunSource<StoredRun> {
  readonly name: string
  readonly #byTenant = new Map<string, StoredRun[]>()
  readonly #tenants: readonly string[]

  constructor(definitionId: string, runs: readonly StoredRun[]) {
    this.name = definitionId
    for (const run of runs) {
      const { tenantId } = run.job.envelope
      const others = this.#byTenant.get(tenantId)
      if (others) others.push(run)
      else this.#byTenant.set(tenantId, [run])
    }
    for (const own of this.#byTenant.values()) own.sort((one, other) => keyOf(one).rank - keyOf(other).rank)
    this.#tenants = [...this.#byTenant.keys()].toSorted(compareText)
  }

  nextTenant(after: string, isIncluded: boolean): string | undefined {
    return nextIn(this.#tenants, after, isIncluded)
  }

  claim(tenant: string, max: number): readonly StoredRun[] {
    return this.#byTenant.get(tenant)?.splice(0, max) ?? []
  }
}
