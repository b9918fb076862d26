import { nextIn, turnBatch } from '@cgk-platform/jobs-local/engine'

import type { Queryable } from '../../database/database.ts'
import { groupBy } from '../group-by.ts'
import { sortTexts } from '../tenants-from.ts'
import type { SlotSource } from './plan-claim.ts'
import type { Slots } from './slots.ts'

/** A parked run that waits for a version which the worker has. */
export interface FittingRun {
  readonly job: string
  readonly number: number
  readonly definition: string
  readonly tenant: string
  readonly concurrency_key: string
}

const fittingSql = `
  SELECT r.* FROM unnest($1::text[], $2::text[]) AS v (definition, parked), LATERAL (
    SELECT job, number, definition, tenant, concurrency_key FROM {schema}.open_runs
    WHERE parked = v.parked AND definition = v.definition AND phase = 'waiting' ORDER BY rank, seq LIMIT ${turnBatch}
  ) r`

/** Finds parked runs that wait for these versions. They stay parked until they are claimed, so that no other worker claims them. */
export async function findFitting(
  transaction: Queryable,
  versions: readonly { readonly definition: string; readonly parked: string }[],
): Promise<FittingRun[]> {
  if (versions.length === 0) return []
  const values = [versions.map(({ definition }) => definition), versions.map(({ parked }) => parked)]
  return [...(await transaction.query<FittingRun>(fittingSql, values))]
}

/** The parked runs of a definition that wait for a version which the worker has. */
export class FittingSource implements SlotSource<FittingRun> {
  readonly name: string
  readonly #slots: Slots
  readonly #byTenant: ReadonlyMap<string, FittingRun[]>
  readonly #tenants: readonly string[]

  constructor(name: string, runs: readonly FittingRun[], slots: Slots) {
    this.name = name
    this.#slots = slots
    this.#byTenant = groupBy(runs, ({ tenant }) => tenant)
    this.#tenants = sortTexts([...this.#byTenant.keys()])
  }

  get free(): number {
    return this.#slots.free
  }

  nextTenant(after: string, isIncluded: boolean): string | undefined {
    const open = this.#tenants.filter((tenant) => this.#slots.freeOf(tenant) > 0)
    return nextIn(open, after, isIncluded)
  }

  claim(tenant: string, max: number): FittingRun[] {
    const claimed: FittingRun[] = []
    const runs = this.#byTenant.get(tenant) ?? []
    for (const run of [...runs]) {
      const { concurrency_key: key } = run
      const free = Math.min(this.#slots.free, this.#slots.freeOf(tenant), this.#slots.freeOfKey(tenant, key))
      if (claimed.length === max) break
      if (free <= 0) continue
      this.#slots.take(tenant, key, 1)
      runs.splice(runs.indexOf(run), 1)
      claimed.push(run)
    }
    return claimed
  }
}
