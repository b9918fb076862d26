import type { Pause, PauseTarget } from '@cgk-platform/jobs-core/provider'

import type { Pauses } from '../job-store.ts'
import type { Connection } from './connection.ts'

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
    const row = 'definitionId' in target ? ['definition', target.definitionId] : ['tenant', target.tenantId]
    const sql = isPaused
      ? 'INSERT OR IGNORE INTO cgk_pauses (kind, id, since) VALUES (?, ?, ?)'
      : 'DELETE FROM cgk_pauses WHERE kind = ? AND id = ?'
    this.#connection.run(sql, ...row, ...(isPaused ? [now] : []))
    this.#changed()
  }

  all(): Pause[] {
    return this.#connection
      .all<PauseRow>('SELECT kind, id, since FROM cgk_pauses ORDER BY kind, id')
      .map(({ kind, id, since }) => (kind === 'definition' ? { definitionId: id, since } : { tenantId: id, since }))
  }
}
