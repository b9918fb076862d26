import { groupBy } from './group-by.ts'
import { compareText, nextIn } from './text-order.ts'

/** Values of tenants that take turns. */
export class ByTenant<Value> {
  readonly #values: ReadonlyMap<string, Value[]>
  readonly #tenants: readonly string[]

  constructor(values: Iterable<Value>, tenantOf: (value: Value) => string) {
    this.#values = groupBy(values, tenantOf)
    this.#tenants = [...this.#values.keys()].toSorted(compareText)
  }

  /** Returns the values of a tenant, in their order. */
  of(tenant: string): Value[] {
    return this.#values.get(tenant) ?? []
  }

  /** Returns the next tenant after one, or from one on. @param isOpen - leaves out tenants. Default: none */
  next(after: string, isIncluded: boolean, isOpen?: (tenant: string) => boolean): string | undefined {
    return nextIn(isOpen ? this.#tenants.filter(isOpen) : this.#tenants, after, isIncluded)
  }
}
