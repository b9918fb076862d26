import { compareText, nextIn } from './text-order.ts'
import type { RunSource } from './run-source.ts'
import { type Turn, type TurnEnd, type TurnState, TenantTurns } from './tenant-turns.ts'

interface Offer {
  readonly turn: Turn
  used: number
  end: TurnEnd | undefined
}

/**
 * The runs of a definition that has few free slots. Its tenants take turns at them, because otherwise those that come
 * next at the slots of the worker would get them again and again. Offers the slots to tenants, round by round.
 */
export class LimitedRuns<Run> implements RunSource<Run> {
  readonly name: string
  readonly #source: RunSource<Run>
  readonly #free: () => number
  readonly #turns: TenantTurns
  #offers: Offer[] = []
  #ordered: readonly string[] = []

  /** @param free - returns the number of free slots */
  constructor(source: RunSource<Run>, state: TurnState, weights: ReadonlyMap<string, number>, free: () => number) {
    this.name = source.name
    this.#source = source
    this.#free = free
    this.#turns = new TenantTurns(state, weights, (after, isIncluded) => source.nextTenant(after, isIncluded))
  }

  /** Offers the free slots to the tenants whose turn it is. Returns whether there are any. */
  offer(): boolean {
    const free = this.#free()
    while (free > 0 && this.#ordered.length === 0) {
      const turns = this.#turns.deal(free)
      if (turns.length === 0) break
      this.#offers.push(
        ...turns.map((turn) => ({ turn, used: 0, end: turn.granted === 0 ? 'more' : undefined }) as const),
      )
      this.#ordered = turns
        .filter(({ granted }) => granted > 0)
        .map(({ tenant }) => tenant)
        .toSorted(compareText)
      if (this.#ordered.length === 0) this.endOffers()
    }
    return this.#ordered.length > 0
  }

  /** Ends the offers. Those that were not taken come first in the next claim. */
  endOffers(): void {
    for (const { turn, used, end = 'cut' } of this.#offers.splice(0)) this.#turns.end(turn, used, end)
    this.#ordered = []
  }

  nextTenant(after: string, isIncluded: boolean): string | undefined {
    return nextIn(this.#ordered, after, isIncluded)
  }

  claim(tenant: string, max: number): readonly Run[] {
    const offer = this.#offers.find(({ turn }) => turn.tenant === tenant)
    if (!offer) return []
    const wanted = Math.min(max, offer.turn.granted - offer.used)
    const claimed = wanted > 0 ? this.#source.claim(tenant, wanted) : []
    offer.used += claimed.length
    if (claimed.length < wanted) offer.end = 'done'
    else if (offer.used === offer.turn.granted) offer.end = 'more'
    return claimed
  }
}
