import { ByTenant, type SlotSource, type Turns } from '@cgk-platform/jobs-local/engine'

import type { Bucket, Slots } from './slots.ts'

/** An open lane that a claim looks at. */
export interface Lane {
  readonly id: number
  readonly definition: string
  readonly tenant: string
  readonly concurrency_key: string
  readonly throttle_key: string
  /** No ready run has a lower rank. */
  readonly ready_from: number
}

/** A lane within one claim. */
export interface Candidate {
  readonly lane: Lane
  /** The number of its ready runs, as far as the claim has counted. */
  left: number
  /** The number of runs that the claim takes of it. */
  planned: number
  /** The throttle of its runs. */
  readonly bucket?: Bucket | undefined
}

/** Plans the runs to take of the lanes of a definition. Within a tenant, the lanes take turns. */
export class LaneSource implements SlotSource<Candidate> {
  readonly name: string
  readonly #slots: Slots
  readonly #turns: Turns
  readonly #bucket: Bucket | undefined
  readonly #byTenant: ByTenant<Candidate>

  /** @param bucket - a throttle that all of them share */
  constructor(name: string, candidates: readonly Candidate[], slots: Slots, turns: Turns, bucket?: Bucket) {
    this.name = name
    this.#slots = slots
    this.#turns = turns
    this.#bucket = bucket
    this.#byTenant = new ByTenant(candidates, ({ lane }) => lane.tenant)
  }

  /** The number of runs that may begin, whichever tenants they are of. */
  get free(): number {
    return Math.min(this.#slots.free, this.#bucket?.free ?? Number.POSITIVE_INFINITY)
  }

  nextTenant(after: string, isIncluded: boolean): string | undefined {
    return this.#byTenant.next(after, isIncluded, (tenant) => this.#slots.freeOf(tenant) > 0)
  }

  claim(tenant: string, max: number): Candidate[] {
    const planned: Candidate[] = []
    let open = this.#inTurn(tenant)
    const turning = open.length > 1
    while (planned.length < max && open.length > 0) {
      const share = Math.ceil((max - planned.length) / open.length)
      for (const candidate of open) {
        const count = Math.min(share, max - planned.length, this.#freeOf(candidate))
        if (count <= 0) continue
        this.#take(candidate, count)
        for (let run = 0; run < count; run++) planned.push(candidate)
        if (turning) this.#turns.remember(this.#turnName(tenant), String(candidate.lane.id))
      }
      open = open.filter((candidate) => this.#freeOf(candidate) > 0)
    }
    return planned
  }

  /** Returns the lanes of a tenant of which runs may begin, after the one that was served last. */
  #inTurn(tenant: string): Candidate[] {
    const open = this.#byTenant.of(tenant).filter((candidate) => this.#freeOf(candidate) > 0)
    open.sort((one, other) => one.lane.id - other.lane.id)
    const last = Number(this.#turns.lastOf(this.#turnName(tenant)) ?? 0)
    const first = open.findIndex(({ lane }) => lane.id > last)
    return first > 0 ? [...open.slice(first), ...open.slice(0, first)] : open
  }

  #freeOf({ lane, left, bucket }: Candidate): number {
    return Math.min(left, this.#slots.freeFor(lane), bucket?.free ?? left)
  }

  #take(candidate: Candidate, count: number): void {
    const { tenant, concurrency_key: key } = candidate.lane
    candidate.left -= count
    candidate.planned += count
    candidate.bucket?.take(count)
    this.#slots.take(tenant, key, count)
  }

  #turnName(tenant: string): string {
    return JSON.stringify([this.name, tenant])
  }
}
