import {
  groupBy,
  type LimitsOf,
  manySlots,
  type ParkedVersion,
  planClaim,
  type SlotSource,
  Turns,
} from '@cgk-platform/jobs-local/engine'

import type { Queryable } from '../../database/database.ts'
import { addAgainLanes, againKey, trimLanes, closeLanes, type Closing } from './change-lanes.ts'
import {
  type Claiming,
  countHeld,
  isLimited,
  lockDefinitions,
  readBuckets,
  writeBuckets,
  writeLimits,
} from './claimed-limits.ts'
import {
  countReady,
  findDefinitions,
  findLanes,
  type LaneSearch,
  type OpenDefinition,
  type Paused,
  pausedTenants,
  readDefinitions,
} from './find-open-work.ts'
import { findFitting, type FittingRun, fittingSource } from './fitting-source.ts'
import { type ClaimedRow, holdFromLanes, holdPicked, type LaneRow } from './hold-runs.ts'
import { KnownLimits } from './known-limits.ts'
import { type Candidate, LaneSource } from './lane-source.ts'

/** The options of a claim. */
export interface ClaimOptions {
  readonly max: number
  readonly worker: number
  readonly now: number
  readonly limitsOf: LimitsOf
  /** Returns whether the worker has a definition. */
  readonly has: (definition: string) => boolean
  /** The versions of workflows that the worker has, as in the column `parked`. */
  readonly versions: readonly ParkedVersion[]
  readonly paused: Paused
}

/** The result of a claim. */
export interface Claim {
  readonly rows: readonly ClaimedRow[]
  /** Whether the next claim may find more: this one stopped before it had looked everywhere, or others had locked runs. */
  readonly isCut: boolean
}

/** The definitions with open lanes, or those of them of which runs may begin. */
export interface OpenRuns {
  readonly definitions: readonly OpenDefinition[]
  /** Parked runs that wait for a version of this worker. */
  readonly fitting: readonly FittingRun[]
  /** Whether other definitions may have open lanes. */
  readonly isPart: boolean
}

/** Number of runs that are gone from a lane, on average, when claims stop to look at them. */
const goneRuns = 200

/** Most rounds of one claim. */
const maxRounds = 5

type Planned = Candidate | FittingRun

/**
 * Claims runs that wait for a slot. Tenants take turns, whatever number of definitions and keys they use; then the
 * definitions of the tenant; then the keys of the definition. The cost depends neither on the number of waiting runs nor
 * on that of lanes which may not start: these are closed, and only a freed slot or time opens them.
 */
export class RunClaims {
  /** The turns of this worker. */
  readonly turns: Turns = new Turns()
  readonly #known = new KnownLimits()
  readonly #weights: ReadonlyMap<string, number>
  /** The lane that was served last, by definition. */
  readonly #lastLanes = new Map<string, number>()
  /** The definition after which the next claim looks, if there are too many for one. */
  #after = ''

  /** @param weights - the turns of a tenant in each round, by its stored text. Default 1 */
  constructor(weights: ReadonlyMap<string, number>) {
    this.#weights = weights
  }

  /** Begins a transaction. */
  begin(): void {
    this.#known.begin()
  }

  /** Keeps what the transaction has found out. */
  committed(): void {
    this.#known.committed()
  }

  /** Reads the definitions that have open lanes, and the parked runs that wait for some versions. */
  async look(transaction: Queryable, versions: ClaimOptions['versions']): Promise<OpenRuns> {
    const after = this.#after
    const [found, fitting] = await Promise.all([
      findDefinitions(transaction, after),
      findFitting(transaction, versions),
    ])
    const { definitions, areAll } = found
    this.#after = areAll ? '' : definitions.at(-1)!.definition
    return { definitions, fitting, isPart: !areAll || after !== '' }
  }

  /** Finds the definitions of which runs may begin, as far as is known without their locks. */
  async find(
    transaction: Queryable,
    options: Omit<ClaimOptions, 'max'>,
    look: OpenRuns | Promise<OpenRuns> = this.look(transaction, options.versions),
  ): Promise<OpenRuns> {
    const { paused, has } = options
    const { definitions, fitting, isPart } = await look
    const known = new Set(definitions.map(({ definition }) => definition))
    const missing = new Set(fitting.map(({ definition }) => definition).filter((name) => !known.has(name)))
    const open = [...definitions, ...(await readDefinitions(transaction, [...missing]))]
    const mine = open.filter((one) => !paused.definitions.has(one.definition) && (has(one.definition) || one.is_orphan))
    for (const one of mine) {
      const limits = options.limitsOf(one.definition) ?? {}
      if (await this.#known.apply(transaction, one, limits, options.now)) one.is_full = false
    }
    return { definitions: mine.filter((one) => !one.is_full), fitting, isPart }
  }

  /** Claims up to `max` runs of these definitions. */
  async claim(transaction: Queryable, open: OpenRuns, options: ClaimOptions): Promise<Claim> {
    if (options.max <= 0) return { rows: [], isCut: false }
    const { limitsOf, now } = options
    const { claiming, isContended } = await lockDefinitions(transaction, open.definitions, limitsOf, now)
    const rows: ClaimedRow[] = []
    let fitting = open.fitting
    let isCut = open.isPart || isContended
    for (let rounds = 1, isOpen = claiming.size > 0; isOpen; rounds++) {
      const max = options.max - rows.length
      const round = await this.#claimRound(transaction, claiming, fitting, { ...options, max })
      fitting = []
      rows.push(...round.rows)
      isOpen = rows.length < options.max && round.mayFindMore && rounds < maxRounds
      isCut ||= round.isLocked || (rounds === maxRounds && round.mayFindMore)
    }
    await writeLimits(transaction, [...claiming.values()], now)
    return { rows, isCut }
  }

  async #claimRound(
    transaction: Queryable,
    claiming: ReadonlyMap<string, Claiming>,
    fitting: readonly FittingRun[],
    { max, worker, paused, now }: ClaimOptions,
  ): Promise<{ rows: readonly ClaimedRow[]; mayFindMore: boolean; isLocked: boolean }> {
    const lanes = await findLanes(transaction, this.#searches(claiming, max))
    const resting = await pausedTenants(transaction, paused, [...lanes, ...fitting])
    const awake = lanes.filter(({ tenant }) => !resting.has(tenant))
    const fits = fitting.filter(({ tenant }) => !resting.has(tenant))
    const most = Math.min(max, Math.ceil((2 * max) / Math.max(1, awake.length)))
    const counts = await countReady(transaction, awake, most)
    await countHeld(transaction, [...awake, ...fits], (definition) => claiming.get(definition)?.slots)
    const bucketOf = await readBuckets(transaction, awake, claiming, now)
    const candidates = awake.map((lane): Candidate => ({
      lane,
      left: counts.get(lane.id) ?? 0,
      planned: 0,
      bucket: bucketOf(lane),
    }))
    const plan = planClaim(this.#sourcesOf(claiming, candidates, fits), max, this.turns, this.#weights)
    const rows = await hold(transaction, plan, claiming, { worker, now })
    const took = groupBy(rows.filter(isFromLane), (row) => row.from_lane)
    const short: number[] = []
    for (const { lane, planned, left, bucket } of candidates) {
      const taken = took.get(lane.id)?.length ?? 0
      // Others have claimed or locked the rest.
      claiming.get(lane.definition)!.slots.take(lane.tenant, lane.concurrency_key, taken - planned)
      bucket?.give(planned - taken)
      if (taken > 0) this.#lastLanes.set(lane.definition, lane.id)
      const isShort = taken < planned || (left === 0 && planned < most)
      if (isShort || taken > goneRuns * Math.random()) short.push(lane.id)
    }
    await writeBuckets(transaction, candidates)
    const closings = [
      ...candidates.flatMap((candidate) => closingOf(candidate, claiming.get(candidate.lane.definition)!, now)),
      ...lanes.filter(({ tenant }) => resting.has(tenant)).map(({ id }): Closing => ({ lane: id, gate: 'paused' })),
    ]
    await closeLanes(transaction, closings)
    const cleared = await trimLanes(transaction, short)
    const isLocked = rows.length < plan.length
    return { rows, mayFindMore: rows.length + cleared + closings.length > 0 && lanes.length > 0, isLocked }
  }

  #searches(claiming: ReadonlyMap<string, Claiming>, tenants: number): LaneSearch[] {
    return [...claiming.values()].flatMap(({ definition, limits: { throttle }, slots, bucket }) => {
      if (slots.free <= 0) return []
      const searchOf = (kind: LaneSearch['kind'], name: string, free: number): LaneSearch => ({
        kind,
        definition,
        afterTenant: (free < manySlots ? this.turns.ofDefinition(name) : this.turns.tenants).last,
        afterLane: this.#lastLanes.get(definition) ?? 0,
        tenants,
      })
      if (!throttle) return [searchOf('all', definition, slots.free)]
      const again = searchOf('again', definition, slots.free)
      const free = Math.min(slots.free, bucket?.free ?? slots.free)
      return free <= 0 ? [again] : [again, searchOf('first', `${definition} first`, free)]
    })
  }

  #sourcesOf(
    claiming: ReadonlyMap<string, Claiming>,
    candidates: readonly Candidate[],
    fitting: readonly FittingRun[],
  ): SlotSource<Planned>[] {
    const lanesOf = groupBy(candidates, ({ lane }) => lane.definition)
    const fittingOf = groupBy(fitting, ({ definition }) => definition)
    return [...claiming.values()].flatMap(({ definition, limits: { throttle }, slots, bucket }) => {
      if (slots.free <= 0) return []
      const own = lanesOf.get(definition) ?? []
      const isAgain = ({ lane }: Candidate): boolean => !throttle || lane.throttle_key === againKey
      const first = own.filter((candidate) => !isAgain(candidate))
      return [
        new LaneSource(definition, own.filter(isAgain), slots, this.turns),
        ...(first.length > 0 ? [new LaneSource(`${definition} first`, first, slots, this.turns, bucket)] : []),
        ...(fittingOf.has(definition)
          ? [fittingSource(`${definition} parked`, fittingOf.get(definition)!, slots)]
          : []),
      ]
    })
  }
}

function isFromLane(row: ClaimedRow): row is LaneRow {
  return 'from_lane' in row
}

function isCandidate(planned: Planned): planned is Candidate {
  return 'lane' in planned
}

/** Holds the planned runs. Returns them in the order of the plan. */
async function hold(
  transaction: Queryable,
  plan: readonly Planned[],
  claiming: ReadonlyMap<string, Claiming>,
  { worker, now }: Pick<ClaimOptions, 'worker' | 'now'>,
): Promise<ClaimedRow[]> {
  const shares = groupBy(plan.filter(isCandidate), (candidate) => candidate)
  const throttled = [...shares.keys()]
    .map(({ lane }) => lane)
    .filter(({ definition }) => claiming.get(definition)!.limits.throttle)
  const again = await addAgainLanes(transaction, throttled)
  const fromLanes = await holdFromLanes(
    transaction,
    Array.from(shares, ([{ lane }, { length: count }]) => ({
      lane: lane.id,
      first: lane.ready_from,
      count,
      again: again.get(lane.id),
    })),
    worker,
    now,
  )
  const parked = plan.filter((planned): planned is FittingRun => !isCandidate(planned))
  const fitting = await holdPicked(transaction, parked, 'waiting', worker)
  const queues = groupBy(fromLanes.toSorted(byRank), (row) => row.from_lane)
  return plan.flatMap((planned) =>
    isCandidate(planned)
      ? (queues.get(planned.lane.id)?.shift() ?? [])
      : (fitting.find(({ job, number }) => job === planned.job && number === planned.number) ?? []),
  )
}

function byRank(one: ClaimedRow, other: ClaimedRow): number {
  return one.rank - other.rank || one.seq - other.seq
}

/** Returns why the rest of a lane may not start now, if so. */
function closingOf({ lane, bucket }: Candidate, { limits, slots, bucket: ofAll }: Claiming, now: number): Closing[] {
  if (!isLimited(limits)) return []
  const { id, tenant, concurrency_key: key } = lane
  if (slots.freeOf(tenant) <= 0) return [{ lane: id, gate: 'tenant' }]
  if (slots.freeOfKey(tenant, key) <= 0) return [{ lane: id, gate: 'key' }]
  const isClosed = bucket !== undefined && bucket !== ofAll && bucket.nextAt > now
  return isClosed ? [{ lane: id, gate: 'throttle', openAt: bucket.nextAt }] : []
}
