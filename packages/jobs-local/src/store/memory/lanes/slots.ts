import { Gate, type GateOwner, type WaitingLane } from './gate.ts'

const levels = { perKey: 0, perTenant: 1, limit: 2 }

/** The slots of a definition, of one of its tenants, or of a key of that tenant. */
export class Slots<T extends WaitingLane<T>> extends Gate<T> {
  readonly level: number
  readonly #limit: keyof typeof levels
  running = 0
  /** Number of lanes that use them. */
  lanes = 0

  constructor(owner: GateOwner<T>, limit: keyof typeof levels) {
    super(owner, limit === 'limit')
    this.#limit = limit
    this.level = levels[limit]
  }

  protected override hasRoom(reserved: number): boolean {
    const limit = this.owner.limits.concurrency?.[this.#limit]
    return limit === undefined || this.running + reserved < limit
  }
}
