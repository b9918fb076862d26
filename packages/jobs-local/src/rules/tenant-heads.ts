import { compareText } from './text-order.ts'
import type { RunSource } from './run-source.ts'

/** The next tenant of a source, after the tenant at which it was looked up. */
interface Head<Run> {
  readonly source: RunSource<Run>
  tenant: string | undefined
  isKnown: boolean
}

/** Merges the tenants of several sources. */
export class TenantHeads<Run> {
  readonly #heads: readonly Head<Run>[]
  readonly #sources = new Map<string, RunSource<Run>[]>()
  #lookedUp = ''

  constructor(sources: readonly RunSource<Run>[]) {
    this.#heads = sources.map((source) => ({ source, tenant: undefined, isKnown: false }))
  }

  /** Returns the next tenant of any source after one, or from one on, in the order of `compareText`. */
  next(after: string, isIncluded: boolean): string | undefined {
    if (compareText(after, this.#lookedUp) < 0) for (const head of this.#heads) head.isKnown = false
    this.#lookedUp = after
    let least: string | undefined
    for (const head of this.#heads) {
      if (!head.isKnown || (head.tenant !== undefined && compareText(head.tenant, after) <= 0)) {
        head.tenant = head.source.nextTenant(after, isIncluded)
        head.isKnown = true
      }
      if (head.tenant !== undefined && (least === undefined || compareText(head.tenant, least) < 0)) least = head.tenant
    }
    if (least !== undefined)
      this.#sources.set(
        least,
        this.#heads.filter(({ tenant }) => tenant === least).map(({ source }) => source),
      )
    return least
  }

  /** Returns the sources of a tenant that `next` returned. */
  sourcesOf(tenant: string): RunSource<Run>[] {
    return this.#sources.get(tenant)!
  }
}
