import { compareText } from './text-order.ts'

/** The state of the tenants' turns, from one claim to the next. */
export interface TurnState {
  /** The tenant that was served last. */
  last: string
  /** Number of its turns that are left, because no slot was. */
  left: number
  /** Fractions of turns, by tenant. */
  readonly credits: Map<string, number>
}

/** The turns that a tenant gets now. */
export interface Turn {
  readonly tenant: string
  /** Number of turns that the tenant has. */
  readonly turns: number
  /** Number of runs that it may begin now, of its turns. 0 if it has no whole turn yet. */
  readonly granted: number
  /** The fraction of a turn that it has besides. */
  readonly credit: number
}

/**
 * The result of a turn. `done`: no other run of the tenant may begin. `more`: other runs may. `cut`: no slot was left,
 * so the tenant continues its turn in the next claim.
 */
export type TurnEnd = 'done' | 'more' | 'cut'

/** Creates the state before the first turn. */
export function createTurnState(): TurnState {
  return { last: '', left: 0, credits: new Map() }
}

/**
 * Gives the slots of a claim to tenants by deficit round-robin: in each round, a tenant has as many turns as its weight.
 * If there are more slots than tenants, several rounds are given at once, so that the runs of a tenant are claimed together.
 */
export class TenantTurns {
  readonly #state: TurnState
  readonly #weights: ReadonlyMap<string, number>
  readonly #next: (after: string, isIncluded: boolean) => string | undefined
  readonly #from: string
  /** Whether the tenant that was served last is the first, because it has turns left. */
  readonly #resumes: boolean
  #cursor: string
  #hasBegun = false
  #hasWrapped = false
  #isListed = false
  #isCut = false
  /** Tenants that had no turn in this claim. */
  #fresh: string[] = []
  /** Tenants that had their turns and may have more runs. */
  #waiting: string[] = []

  /** @param next - returns the next tenant after one, or from one on, in the order of `compareText` */
  constructor(
    state: TurnState,
    weights: ReadonlyMap<string, number>,
    next: (after: string, isIncluded: boolean) => string | undefined,
  ) {
    this.#state = state
    this.#weights = weights
    this.#next = next
    this.#from = state.last
    this.#cursor = state.last
    this.#resumes = state.left > 0
  }

  /**
   * Returns the turns of those who are next, for up to so many runs. Some may have no whole turn yet. Empty if no tenant
   * is left.
   */
  deal(slots: number): Turn[] {
    this.#list(slots)
    const isFirst = this.#fresh.length > 0
    const round = isFirst ? this.#fresh : this.#waiting
    const isWhole = this.#isListed && (!isFirst || this.#waiting.length === 0)
    const total = round.reduce((sum, tenant) => sum + this.#weightOf(tenant), 0)
    const rounds = isWhole ? Math.max(1, Math.floor(slots / total)) : 1
    const dealt: Turn[] = []
    for (let free = slots; dealt.length < round.length && free > 0; free -= dealt.at(-1)!.granted)
      dealt.push(this.#turnOf(round[dealt.length]!, rounds, free))
    round.splice(0, dealt.length)
    return dealt
  }

  /** Records a turn. Call it in the order of the turns. */
  end({ tenant, turns, granted, credit }: Turn, used: number, end: TurnEnd): void {
    if (end === 'more') this.#waiting.push(tenant)
    if (this.#isCut) return
    const { credits } = this.#state
    if (end === 'done' || credit === 0) credits.delete(tenant)
    else credits.set(tenant, credit)
    this.#isCut = end === 'cut'
    if (used === 0 && !this.#isCut) return
    const isContinued = this.#isCut || (end === 'more' && used === granted)
    this.#state.last = tenant
    this.#state.left = isContinued ? Math.min(turns - used, Math.ceil(this.#weightOf(tenant))) : 0
  }

  /** Finds the next tenants, once each, until so many had no turn yet. */
  #list(count: number): void {
    while (this.#fresh.length < count && !this.#isListed) {
      const tenant = this.#next(this.#cursor, this.#resumes && !this.#hasBegun && !this.#hasWrapped)
      this.#hasBegun = true
      if (tenant === undefined) {
        this.#isListed = this.#hasWrapped || this.#from === ''
        this.#hasWrapped = true
        this.#cursor = ''
      } else if (this.#hasWrapped && this.#isAfterStart(tenant)) {
        this.#isListed = true
      } else {
        this.#cursor = tenant
        this.#fresh.push(tenant)
      }
    }
  }

  /** Returns whether a tenant was listed before the order began again from its start. */
  #isAfterStart(tenant: string): boolean {
    const place = compareText(tenant, this.#from)
    return this.#resumes ? place >= 0 : place > 0
  }

  #turnOf(tenant: string, rounds: number, free: number): Turn {
    const { last, left, credits } = this.#state
    const weight = this.#weightOf(tenant)
    const isResumed = left > 0 && tenant === last
    if (isResumed) this.#state.left = 0
    const amount = (credits.get(tenant) ?? 0) + (isResumed ? left + weight * (rounds - 1) : weight * rounds)
    const turns = Math.floor(amount + 1e-9)
    return { tenant, turns, granted: Math.min(turns, free), credit: Math.max(0, amount - turns) }
  }

  #weightOf(tenant: string): number {
    return this.#weights.get(tenant) ?? 1
  }
}
