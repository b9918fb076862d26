import {
  chooseSuspects,
  enterAttempt,
  hasBegun,
  type LimitsOf,
  maxApartMs,
  probationMsOf,
  type StoredRun,
  type SuspectChoice,
} from '@cgk-platform/jobs-local/engine'

import type { Queryable } from '../../database/database.ts'
import type { RunRow } from '../rows.ts'
import { countHeld, isLimited, lockDefinitions } from './claimed-limits.ts'
import { type Paused, pausedTenants, readDefinitions } from './find-open-work.ts'
import { holdPicked, toHeldRuns } from './hold-runs.ts'
import { Slots } from './slots.ts'

type SuspectRow = Pick<RunRow, 'job' | 'number' | 'definition' | 'tenant' | 'concurrency_key' | 'crashes'> & {
  /** Which live workers have its definition: one of this process, only others, or none. */
  readonly place: 'here' | 'elsewhere' | null
  readonly is_orphan: boolean
  /** Whether it waits for a worker that runs nothing else. */
  readonly waits_apart: boolean
}

/** The options of a claim of suspects. */
export interface SuspectOptions {
  readonly max: number
  readonly worker: number
  /** By the clock of the database. */
  readonly now: number
  /** The time since the machine's boot, which no setting of its clock changes. */
  readonly elapsedMs: number
  /** Number of slots of the worker, whether they are free or not. */
  readonly slots: number
  readonly limitsOf: LimitsOf
  readonly has: (definition: string) => boolean
  readonly paused: Paused
}

/** Whether suspects wait, and until when this process begins none. */
export interface SuspectLook {
  readonly probation_ends_at: number
  readonly waits: boolean
}

/** Suspects that were claimed. */
export interface SuspectClaim {
  readonly runs: readonly StoredRun[]
  /** Whether this worker begins no others beside them or before them. */
  readonly keepsApart: boolean
}

const ofProcess = 'SELECT id FROM {schema}.workers WHERE process = (SELECT process FROM {schema}.workers WHERE id = $1)'

const waitSql = `
  SELECT (SELECT coalesce(max(probation_ends_at), 0) FROM {schema}.workers WHERE id IN (${ofProcess})) AS probation_ends_at,
    (SELECT 1 FROM {schema}.open_runs WHERE phase = 'suspect' ORDER BY crashes, attempt_started_at LIMIT 1) IS NOT NULL AS waits`

const loadSql = `
  SELECT (SELECT count(*) FROM {schema}.leftovers WHERE worker IN (${ofProcess}))
    + count(*) AS slots, coalesce(bool_or(crashes = 0), false) AS has_others
  FROM {schema}.open_runs WHERE phase = 'held' AND worker IN (${ofProcess})`

const suspectsSql = `
  SELECT job, number, definition, tenant, concurrency_key, crashes, due_at IS NOT NULL AS waits_apart,
    (SELECT CASE max(CASE WHEN w.process = (SELECT process FROM {schema}.workers WHERE id = $1) THEN 1 ELSE 0 END)
      WHEN 1 THEN 'here' WHEN 0 THEN 'elsewhere' END
      FROM {schema}.definitions d JOIN {schema}.workers w ON w.id = d.worker WHERE d.definition = r.definition) AS place,
    NOT EXISTS (SELECT 1 FROM {schema}.definitions d WHERE d.definition = r.definition) AS is_orphan
  FROM {schema}.open_runs r WHERE phase = 'suspect' ORDER BY crashes DESC, attempt_started_at DESC LIMIT 1000`

/**
 * Claims suspects: runs that may have ended their process. First those with the most crashes, and of these the one that
 * began last. So a run that ends a process beside others is the first in the next process, and alone. While one is on
 * probation, the process begins no other suspect, and for a while nothing.
 */
export class SuspectClaims {
  /** Since when this worker begins only suspects. */
  #apartSince: number | undefined
  /** When the last probation in this process ends, as of the last claim. */
  #probationEndsAt = 0

  /** Returns when a claim may begin what the last one did not; `undefined` if that did not wait. */
  waitsUntil(now: number): number | undefined {
    const ends = [this.#probationEndsAt, (this.#apartSince ?? -maxApartMs) + maxApartMs].filter((at) => at > now)
    return ends.length === 0 ? undefined : Math.min(...ends)
  }

  /** Looks whether suspects wait. */
  async look(transaction: Queryable, worker: number): Promise<SuspectLook> {
    const [look] = await transaction.query<SuspectLook>(waitSql, [worker])
    return look!
  }

  async claim(transaction: Queryable, look: SuspectLook, options: SuspectOptions): Promise<SuspectClaim> {
    const { now, worker } = options
    this.#probationEndsAt = look.probation_ends_at
    const isOnProbation = this.#probationEndsAt > now
    let claim: SuspectClaim = { runs: [], keepsApart: isOnProbation }
    if (!isOnProbation && look.waits) {
      const [load] = await transaction.query<{ slots: number; has_others: boolean }>(loadSql, [worker])
      claim = await this.#claim(transaction, options, load!.slots === 0, load!.has_others)
    }
    this.#apartSince = claim.keepsApart ? (this.#apartSince ?? now) : undefined
    return { runs: claim.runs, keepsApart: claim.keepsApart && this.#mayKeepApart(now) }
  }

  /** Returns whether this worker has not begun only suspects for too long. */
  #mayKeepApart(now: number): boolean {
    return now - (this.#apartSince ?? now) < maxApartMs
  }

  async #claim(
    transaction: Queryable,
    options: SuspectOptions,
    isEmpty: boolean,
    hasOthers: boolean,
  ): Promise<SuspectClaim> {
    const { worker, paused, has } = options
    const all = await transaction.query<SuspectRow>(suspectsSql, [worker])
    const resting = await pausedTenants(transaction, paused, all)
    const awake = all.filter(({ definition, tenant }) => !paused.definitions.has(definition) && !resting.has(tenant))
    const isMine = (row: SuspectRow): boolean => has(row.definition) || row.is_orphan
    const chosen = chooseSuspects(
      awake.filter((row) => isEmpty || !row.waits_apart),
      {
        max: options.max,
        slots: options.slots,
        isInOrder: !hasOthers && this.#mayKeepApart(options.now),
        isMine,
        placeOf: (row) => row.place ?? undefined,
        ...(await this.#places(transaction, awake.filter(isMine), options)),
      },
    )
    if (chosen?.length === 0) {
      const isWanted = awake.some((row) => row.waits_apart && (isMine(row) || row.place === 'here'))
      return { runs: [], keepsApart: !isEmpty && !hasOthers && isWanted }
    }
    return { runs: await this.#hold(transaction, chosen ?? [], options), keepsApart: true }
  }

  async #places(
    transaction: Queryable,
    mine: readonly SuspectRow[],
    { limitsOf, now }: SuspectOptions,
  ): Promise<Pick<SuspectChoice<SuspectRow>, 'mayBegin' | 'begin'>> {
    const limited = [...new Set(mine.map(({ definition }) => definition))].filter((name) =>
      isLimited(limitsOf(name) ?? {}),
    )
    const definitions = await readDefinitions(transaction, limited)
    const { claiming } = await lockDefinitions(transaction, definitions, limitsOf, now)
    await countHeld(transaction, mine, (definition) => claiming.get(definition)?.slots)
    const slotsOf = ({ definition }: SuspectRow): Slots | undefined =>
      limited.includes(definition) ? claiming.get(definition)?.slots : new Slots()
    return {
      mayBegin: (row) => mine.includes(row) && (slotsOf(row)?.freeFor(row) ?? 0) > 0,
      begin: (row) => slotsOf(row)?.take(row.tenant, row.concurrency_key, 1),
    }
  }

  async #hold(
    transaction: Queryable,
    chosen: readonly SuspectRow[],
    { worker, now, elapsedMs }: SuspectOptions,
  ): Promise<StoredRun[]> {
    const rows = await holdPicked(transaction, chosen, 'suspect', worker)
    const runs = await toHeldRuns(transaction, rows)
    for (const [index, run] of runs.entries()) {
      const probationMs = probationMsOf(rows[index]!.crashes)
      const probationEndsAt = elapsedMs + probationMs
      if (hasBegun(run)) enterAttempt(run, { probationEndsAt, ...(run.resumed && { resumed: true }) })
      this.#probationEndsAt = Math.max(this.#probationEndsAt, now + probationMs)
    }
    const sql = 'UPDATE {schema}.workers SET probation_ends_at = greatest(probation_ends_at, $2) WHERE id = $1'
    if (runs.length > 0) await transaction.query(sql, [worker, this.#probationEndsAt])
    return runs
  }
}
