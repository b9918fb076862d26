import type { Pause, PauseTarget } from '@cgk-platform/jobs-core'

import type { Pauses } from '../../job-store.ts'
import type { Connection } from '../file/connection.ts'
import { type PauseKind, releaseTenant } from './paused-work.ts'

interface PauseRow {
  readonly kind: 'definition' | 'tenant'
  readonly id: string
  readonly since: number
}

/** The definitions and tenants that are paused, for all workers. */
export class PausesTable implements Pauses {
  readonly #connection: Connection
  readonly #read: <T>(read: () => T) => T
  readonly #changed: () => void

  /**
   * @param read - calls its argument after the pending changes were written
   * @param changed - called after a change
   */
  constructor(connection: Connection, read: <T>(read: () => T) => T, changed: () => void) {
    this.#connection = connection
    this.#read = read
    this.#changed = changed
  }

  set(target: PauseTarget, isPaused: boolean, now: number): void {
    const [kind, id] =
      target.tenantId === undefined
        ? (['definition', target.definitionId] as const)
        : (['tenant', target.tenantId] as const)
    if (isPaused) {
      this.#add(kind, id, now)
      if (kind === 'tenant') this.#remove('resumed', id)
    } else if (this.#remove(kind, id) && kind === 'tenant' && releaseTenant(this.#connection, id)) {
      this.#add('resumed', id, now)
    }
    this.#changed()
  }

  #add(kind: PauseKind, id: string, now: number): void {
    const sql = 'INSERT OR IGNORE INTO cgk_pauses (kind, id, since) VALUES (?, ?, ?)'
    this.#connection.run(sql, kind, id, now)
  }

  /** Returns whether it was there. */
  #remove(kind: PauseKind, id: string): boolean {
    return this.#connection.run('DELETE FROM cgk_pauses WHERE kind = ? AND id = ?', kind, id) > 0
  }

  all(): Pause[] {
    const sql = "SELECT kind, id, since FROM cgk_pauses WHERE kind <> 'resumed' ORDER BY kind, id"
    return this.#read(() => this.#connection.all<PauseRow>(sql)).map(({ kind, id, since }) => ({
      ...(kind === 'definition' ? { definitionId: id } : { tenantId: id }),
      since: new Date(since),
    }))
  }
}
