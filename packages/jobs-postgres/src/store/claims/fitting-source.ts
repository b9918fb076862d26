import { ByTenant, type ParkedVersion, type SlotSource, turnBatch } from '@cgk-platform/jobs-local/engine'

import { columnsOf, type Queryable } from '../../database/database.ts'
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
export async function findFitting(transaction: Queryable, versions: readonly ParkedVersion[]): Promise<FittingRun[]> {
  if (versions.length === 0) return []
  const values = columnsOf(versions, 'definitionId', 'parked')
  return [...(await transaction.query<FittingRun>(fittingSql, values))]
}

/** Returns the parked runs of a definition that wait for a version which the worker has. */
export function fittingSource(name: string, runs: readonly FittingRun[], slots: Slots): SlotSource<FittingRun> {
  const byTenant = new ByTenant(runs, ({ tenant }) => tenant)
  return {
    name,
    get free() {
      return slots.free
    },
    nextTenant: (after, isIncluded) => byTenant.next(after, isIncluded, (tenant) => slots.freeOf(tenant) > 0),
    claim(tenant, max) {
      const claimed: FittingRun[] = []
      const left = byTenant.of(tenant)
      for (const run of [...left]) {
        if (claimed.length === max) break
        if (slots.freeFor(run) <= 0) continue
        slots.take(tenant, run.concurrency_key, 1)
        left.splice(left.indexOf(run), 1)
        claimed.push(run)
      }
      return claimed
    },
  }
}
