import type { Pause, PauseTarget } from '@cgk-platform/jobs-core'

import type { Pauses } from '../pauses.ts'
import type { Connection } from './connection.ts'
import { readOrThrow } from './to-store-error.ts'

interface PauseRow {
  readonly kind: 'definition' | 'tenant'
  readonly id: string
  readonly since: number
}

/** The definitions and tenants that are paused, for all workers. */
export class PausesTable implements Pauses {
  readonly #connection: Connection
  readonly #changed: () => void

  /** @param changed - called after a change */
  constructor(connection: Connection, changed: () => void) {
    this.#connection = connection
    this.#changed = changed
  }

  set(target: PauseTarget, isPaused: boolean, now: number): void {
    const row = target.tenantId === undefined ? ['definition', target.definitionId] : ['tenant', target.tenantId]
    const sql = isPaused
      ? 'INSERT OR IGNORE INTO cgk_pauses (kind, id, since) VALUES (?, ?, ?)'
      : 'DELETE FROM cgk_pauses WHERE kind = ? AND id = ?'
    this.#connection.run(sql, ...row, ...(isPaused ? [now] : []))
    this.#changed()
  }

  all(): Pause[] {
    const sql = 'SELECT kind, id, since FROM cgk_pauses ORDER BY kind, id'
    return readOrThrow(this.#connection.path, () => this.#connection.all<PauseRow>(sql)).map(({ kind, id, since }) => ({
      ...(kind === 'definition' ? { definitionId: id } : { tenantId: id }),
      since: new Date(since),
    }))
  }
}
