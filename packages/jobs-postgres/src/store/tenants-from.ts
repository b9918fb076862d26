import { compareText } from '@cgk-platform/jobs-local/engine'

import type { Queryable } from '../database/database.ts'

/**
 * Returns SQL for the tenants with rows in a table: the next ones after a tenant, and that one itself. It jumps from one
 * to the next through an index, and begins again from the first.
 *
 * @param where - a condition of the rows. The table must have an index of `tenant` for it, perhaps after columns that
 * the condition fixes
 * @param after - SQL for the tenant. Default: the first value
 * @param max - SQL for the maximum number of tenants. Default: the second value
 */
export function tenantsFrom(table: string, where: string, after = '$1::text', max = '$2::int4'): string {
  const first = (condition: string): string =>
    `SELECT tenant FROM ${table} WHERE ${where} AND ${condition} ORDER BY tenant LIMIT 1`
  return `
    WITH RECURSIVE found (tenant, wrapped, place) AS (
      SELECT ${after} COLLATE "C", false, 0
      UNION ALL
      SELECT n.tenant COLLATE "C", n.wrapped, place + 1 FROM found f, LATERAL (
        (SELECT s.tenant, f.wrapped FROM (${first('tenant > f.tenant')}) s)
        UNION ALL
        (SELECT s.tenant, true FROM (${first('NOT f.wrapped')}) s)
        LIMIT 1
      ) n WHERE place < ${max} AND NOT (f.wrapped AND f.tenant >= ${after})
    )
    SELECT DISTINCT tenant FROM found WHERE place > 0 AND NOT (wrapped AND tenant > ${after})
    UNION (${first(`tenant = ${after}`)})`
}

/** Returns texts in the order of `compareText`, in which the database has them. */
export function sortTexts(texts: readonly string[]): string[] {
  return texts.toSorted(compareText)
}

/** The tenants with rows in a table, some at a time. */
export class TenantsInTurn {
  readonly #sql: string
  readonly #max: number
  #last = ''

  /** @param where - see `tenantsFrom` */
  constructor(table: string, where: string, max: number) {
    this.#sql = tenantsFrom(table, where)
    this.#max = max
  }

  /** Returns the next ones. After the last tenant, begins again from the first. */
  async next(queryable: Queryable): Promise<string[]> {
    const found = await queryable.query<{ tenant: string }>(this.#sql, [this.#last, this.#max])
    const tenants = sortTexts(found.map(({ tenant }) => tenant))
    const again = tenants.filter((tenant) => compareText(tenant, this.#last) < 0)
    this.#last = (again.length > 0 ? again : tenants).at(-1) ?? ''
    return tenants
  }
}
