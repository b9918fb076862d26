import { Gate, type GateOwner, type WaitingLane } from './gate.ts'

/** The slots of a definition, of one of its tenants, or of a key of that tenant. */
export class Slots<T extends WaitingLane<T>> extends Gate<T> {
  readonly #limit: 'limit' | 'perTenant' | 'perKey'
  running = 0
  /** Number of lanes that use them. */
  lanes = 0

  constructor(owner: GateOwner<T>, limit: 'limit' | 'perTenant' | 'perKey') {
    super(owner, limit === 'limit')
    this.#limit = limit
  }

  /** Whether a slot is free that no woken lane may take. */
  get isFree(): boolean {
    const limit = this.owner.limits.concurrency?.[this.#limit]
    return limit === undefined || this.running + this.woken < limit
  }

  override mayWake(): boolean {
    return this.isFree
  }
}
