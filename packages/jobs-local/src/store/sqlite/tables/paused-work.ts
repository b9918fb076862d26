import { turnBatch } from '../../../rules/turn-batch.ts'
import type { Connection } from '../file/connection.ts'
import { phases } from './rows.ts'

const { ready, paused, blocked } = phases

/** The kinds of rows in `cgk_pauses`. Runs of a `resumed` tenant are still set aside. */
export type PauseKind = 'definition' | 'tenant' | 'resumed'

/** Lets runs of a tenant wait for a slot again, those that were due first. Returns whether more may be set aside. */
export function releaseTenant(connection: Connection, tenant: string): boolean {
  const sql =
    `UPDATE cgk_runs SET phase = ${ready} WHERE run IN (SELECT run FROM cgk_runs ` +
    `WHERE phase = ${paused} AND tenant = ? ORDER BY rank LIMIT ${turnBatch})`
  return connection.run(sql, tenant) === turnBatch
}

/** The definitions and tenants whose runs get no slot, as of the current transaction. */
export class PausedWork {
  readonly #connection: Connection
  #definitions: Set<string> | undefined
  #hasTenants = false
  #resumed: string | undefined
  readonly #tenants = new Map<string, boolean>()

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** Forgets what it knows, because a transaction begins or the pauses have changed. */
  clear(): void {
    this.#definitions = undefined
    this.#tenants.clear()
  }

  /** Returns whether the runs of a definition and tenant get no slot. */
  isPaused(definitionId: string, tenant: string): boolean {
    return this.isDefinitionPaused(definitionId) || this.isTenantPaused(tenant)
  }

  isDefinitionPaused(definitionId: string): boolean {
    return this.#read().has(definitionId)
  }

  isTenantPaused(tenant: string): boolean {
    this.#read()
    if (!this.#hasTenants) return false
    let isPaused = this.#tenants.get(tenant)
    if (isPaused === undefined) {
      const sql = "SELECT 1 AS one FROM cgk_pauses WHERE kind = 'tenant' AND id = ?"
      this.#tenants.set(tenant, (isPaused = this.#connection.get(sql, tenant) !== undefined))
    }
    return isPaused
  }

  /** Sets aside waiting runs of a paused tenant, so that later claims do not find them. Returns whether these were all. */
  setAside(definitionId: string, tenant: string): boolean {
    const sql =
      `UPDATE cgk_runs SET phase = ${paused} WHERE run IN (SELECT run FROM cgk_runs ` +
      `WHERE phase IN (${ready}, ${blocked}) AND definition_id = ? AND tenant = ? LIMIT ${turnBatch})`
    return this.#connection.run(sql, definitionId, tenant) < turnBatch
  }

  /** Releases runs of a resumed tenant. Returns whether more are set aside. */
  releaseResumed(): boolean {
    this.#read()
    if (this.#resumed === undefined) return false
    if (releaseTenant(this.#connection, this.#resumed)) return true
    this.#connection.run("DELETE FROM cgk_pauses WHERE kind = 'resumed' AND id = ?", this.#resumed)
    this.clear()
    this.#read()
    return this.#resumed !== undefined
  }

  #read(): Set<string> {
    if (this.#definitions) return this.#definitions
    const oneOf = (kind: PauseKind): string =>
      `SELECT * FROM (SELECT kind, id FROM cgk_pauses WHERE kind = '${kind}' LIMIT 1)`
    // Never reads all tenants: thousands can be paused.
    const sql = `SELECT kind, id FROM cgk_pauses WHERE kind = 'definition' UNION ALL ${oneOf('tenant')} UNION ALL ${oneOf('resumed')}`
    const rows = this.#connection.all<{ kind: PauseKind; id: string }>(sql)
    this.#hasTenants = rows.some(({ kind }) => kind === 'tenant')
    this.#resumed = rows.find(({ kind }) => kind === 'resumed')?.id
    return (this.#definitions = new Set(rows.filter(({ kind }) => kind === 'definition').map(({ id }) => id)))
  }
}
