import type { Pause, PauseTarget } from '@cgk-platform/jobs-core'

import type { Pauses } from '../job-store.ts'

/** The definitions and tenants that are paused. */
export class Paused implements Pauses {
  readonly definitions = new Map<string, number>()
  readonly tenants = new Map<string, number>()
  readonly #resumed: (target: PauseTarget) => void

  /** @param resumed - called after a definition or tenant was resumed */
  constructor(resumed: (target: PauseTarget) => void) {
    this.#resumed = resumed
  }

  set(target: PauseTarget, isPaused: boolean, now: number): void {
    const [paused, id] =
      target.tenantId === undefined ? [this.definitions, target.definitionId] : [this.tenants, target.tenantId]
    if (isPaused && !paused.has(id)) paused.set(id, now)
    if (!isPaused && paused.delete(id)) this.#resumed(target)
  }

  all(): Pause[] {
    return [
      ...[...this.definitions].map(([definitionId, since]) => ({ definitionId, since: new Date(since) })),
      ...[...this.tenants].map(([tenantId, since]) => ({ tenantId, since: new Date(since) })),
    ]
  }
}
