import { createTurnState, maxBatchBytes, nextIn, TenantTurns } from '@cgk-platform/jobs-local/engine'

import type { Queryable } from '../../database/database.ts'
import type { JobRow } from '../rows.ts'
import { sortTexts, tenantsFrom, TenantsInTurn } from '../tenants-from.ts'

/** A due job that was taken: it has no row in `arrivals` any more. */
export type ArrivedRow = JobRow & {
  /** Whether no worker with its definition came while it waited for one. */
  readonly unclaimed: boolean
  /** Orders arrivals. */
  readonly seq: number
}

/** A row of a look: a taken job, or only what the look has found. */
type FoundRow = ArrivedRow & {
  /** The number of jobs that wait, at most one more than the maximum. */
  readonly found: number
  /** The `seq` of the first one. */
  readonly first: number | null
}

const tenantsSql = tenantsFrom('{schema}.arrivals', 'due_at IS NULL AND seq >= $3::int8')

/** Returns SQL that takes the jobs which `picked` has, as far as their envelopes have a bounded size. Its first value is that size. */
const takeSql = (before: string, picked: string, columns: string, from: string): string => `
  WITH ${before} picked AS MATERIALIZED (${picked}),
  sized AS MATERIALIZED (
    SELECT j.*, p.seq, p.unclaimed, sum(octet_length(j.envelope)) OVER (ORDER BY p.seq) - octet_length(j.envelope) AS before
    FROM picked p JOIN {schema}.jobs j ON j.id = p.job
  ), gone AS (
    DELETE FROM {schema}.arrivals WHERE job = ANY(ARRAY(SELECT id FROM sized WHERE before <= $1))
  ), taken AS (SELECT * FROM sized WHERE before <= $1)
  SELECT ${columns} t.* FROM ${from} ORDER BY t.seq`

/** Takes jobs of tenants in the order of their sends, those that no other worker takes at the moment. */
const takeInTurnsSql = takeSql(
  '',
  `SELECT a.* FROM unnest($2::text[], $3::int4[]) AS t (tenant, count), LATERAL (
    SELECT job, seq, unclaimed FROM {schema}.arrivals WHERE tenant = t.tenant AND due_at IS NULL AND seq >= $4
    ORDER BY seq LIMIT t.count FOR UPDATE SKIP LOCKED
  ) a`,
  '',
  'taken t',
)

/** Takes all jobs if they are so few that no tenant waits for its turn. Returns how many there are, at least in one row. */
const takeAllSql = takeSql(
  `few AS MATERIALIZED (
    SELECT count(*) AS found, min(seq) AS first
    FROM (SELECT seq FROM {schema}.arrivals WHERE due_at IS NULL AND seq >= $3 ORDER BY seq LIMIT $2::int4 + 1) c
  ),`,
  `SELECT job, seq, unclaimed FROM {schema}.arrivals
   WHERE due_at IS NULL AND seq >= $3 AND (SELECT found FROM few) <= $2 ORDER BY seq LIMIT $2 FOR UPDATE SKIP LOCKED`,
  'f.found, f.first,',
  'few f LEFT JOIN taken t ON true',
)

/** Most due jobs to release at once, and the tenants of which some are released if there are more. */
const [dueBatch, dueTenants] = [1000, 100]

/** They arrive now: after those that are waiting, in the order in which they are due. */
const release = (due: string): string =>
  `UPDATE {schema}.arrivals a SET due_at = NULL, seq = d.arrival
   FROM (SELECT job, nextval('{schema}.arrival_seq') AS arrival FROM (${due}) d) d WHERE a.job = d.job RETURNING a.tenant`
const dueOf = (where: string, max: number): string =>
  `SELECT job FROM {schema}.arrivals WHERE ${where} due_at <= (SELECT {schema}.now_ms()) ORDER BY due_at, seq LIMIT ${max} FOR UPDATE SKIP LOCKED`
const releaseSql = release(dueOf('', dueBatch))
const releaseInTurnsSql = release(
  `SELECT d.job FROM unnest($1::text[]) AS t (tenant), LATERAL (${dueOf('tenant = t.tenant AND', dueBatch / dueTenants)}) d`,
)

/** Age of the position from which most looks begin, in milliseconds. A send that takes longer to commit is found by a full one. */
const lagMs = 250
/** Full looks take at most this part of the time, unless they are further apart than the maximum in milliseconds. */
const [fullLooks, maxGapMs] = [1 / 20, 5_000]

/**
 * From where to look for arrivals. Those that were taken cost time for as long as vacuum must keep them, which is until the
 * oldest transaction anywhere ends. So only some looks begin with the first one.
 */
class Looks {
  #from = 0
  #next = 0
  #markedAt = Number.NEGATIVE_INFINITY
  #fullAt = Number.NEGATIVE_INFINITY

  /** After a look that may have left jobs: the time until the next full one, in milliseconds. */
  waitMs: number | undefined

  /** Begins a look. Returns the lowest `seq`. Call `ended` with whether it took all it found, and what there may be from then on. */
  begin(): { readonly from: number; readonly ended: (isAll: boolean, seq: number | undefined) => void } {
    const startedAt = performance.now()
    const isFull = startedAt >= this.#fullAt
    const ended = (isAll: boolean, seq: number | undefined): void => {
      const now = performance.now()
      if (isFull) this.#fullAt = now + Math.min((now - startedAt) / fullLooks, maxGapMs)
      this.waitMs = isFull && isAll ? undefined : this.#fullAt - now
      if (seq === undefined || now - this.#markedAt < lagMs) return
      this.#from = this.#next
      this.#next = seq
      this.#markedAt = now
    }
    return { from: isFull ? 0 : this.#from, ended }
  }
}

/** The jobs that have no runs yet. Those of tenants take turns. */
export class Arrivals {
  readonly #weights: ReadonlyMap<string, number>
  readonly #state = createTurnState()
  readonly #delayed = new TenantsInTurn('{schema}.arrivals', 'due_at IS NOT NULL', dueTenants)
  readonly #looks = new Looks()

  /** @param weights - the turns of a tenant in each round, by its stored text. Default 1 */
  constructor(weights: ReadonlyMap<string, number>) {
    this.#weights = weights
  }

  /**
   * Lets jobs whose time has come wait for the turn of their tenant. If many are due, some of each tenant in turn are
   * among them. Returns whether more are due.
   */
  async release(transaction: Queryable): Promise<boolean> {
    const first = await transaction.query(releaseSql)
    if (first.length < dueBatch) return false
    const tenants = await this.#delayed.next(transaction)
    await transaction.query(releaseInTurnsSql, [tenants])
    return true
  }

  /** The time after which to look again, in milliseconds, because the last look may have left older jobs. */
  get waitMs(): number | undefined {
    return this.#looks.waitMs
  }

  /** Takes up to `max` jobs. */
  async take(transaction: Queryable, max: number): Promise<ArrivedRow[]> {
    const { from, ended } = this.#looks.begin()
    const all = await transaction.query<FoundRow>(takeAllSql, [maxBatchBytes, max, from])
    const { found, first } = all[0]!
    const taken = all.filter(({ id }) => id !== null)
    const isAll = taken.length === found
    ended(isAll || found > max, isAll ? taken.at(-1)?.seq : first!)
    return found <= max ? taken : this.#takeInTurns(transaction, max, first!)
  }

  async #takeInTurns(transaction: Queryable, max: number, from: number): Promise<ArrivedRow[]> {
    const { last } = this.#state
    const found = await transaction.query<{ tenant: string }>(tenantsSql, [last, max, from])
    if (found.length === 0) return []
    const tenants = sortTexts(found.map(({ tenant }) => tenant))
    const next = (after: string, isIncluded: boolean): string | undefined => nextIn(tenants, after, isIncluded)
    const turns = new TenantTurns(this.#state, this.#weights, next)
    const taken: ArrivedRow[] = []
    while (taken.length < max) {
      const dealt = turns.deal(max - taken.length)
      if (dealt.length === 0) break
      const granted = dealt.filter((turn) => turn.granted > 0)
      const values = [maxBatchBytes, granted.map(({ tenant }) => tenant), granted.map((turn) => turn.granted), from]
      const rows = granted.length === 0 ? [] : await transaction.query<ArrivedRow>(takeInTurnsSql, values)
      taken.push(...rows)
      for (const turn of dealt) {
        const count = rows.filter(({ tenant }) => tenant === turn.tenant).length
        turns.end(turn, count, count < turn.granted ? 'done' : 'more')
      }
    }
    return taken
  }
}

/** Lets a job wait for a minute. */
export async function setAside(queryable: Queryable, job: string): Promise<void> {
  await queryable.query('UPDATE {schema}.arrivals SET due_at = {schema}.now_ms() + 60000 WHERE job = $1', [job])
}

/** Returns whether jobs that were taken are so large that others may have been left. */
export function areLarge(rows: readonly ArrivedRow[]): boolean {
  return rows.reduce((bytes, { envelope }) => bytes + Buffer.byteLength(envelope), 0) > maxBatchBytes
}

/** Lets jobs wait that have no runs, each until a time. */
export async function postponeJobs(
  transaction: Queryable,
  jobs: readonly { readonly row: ArrivedRow; readonly until: number; readonly unclaimed: boolean }[],
): Promise<void> {
  if (jobs.length === 0) return
  await transaction.query(
    'INSERT INTO {schema}.arrivals (job, tenant, event, due_at, unclaimed) ' +
      'SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::int8[], $5::boolean[])',
    [
      jobs.map(({ row }) => row.id),
      jobs.map(({ row }) => row.tenant),
      jobs.map(({ row }) => row.event),
      jobs.map(({ until }) => Math.ceil(until)),
      jobs.map(({ unclaimed }) => unclaimed),
    ],
  )
}
