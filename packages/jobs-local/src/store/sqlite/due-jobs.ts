import type { StoredJob } from '../../records/stored-run.ts'
import type { Connection } from './file/connection.ts'
import { countWithin, maxBatchBytes } from './tables/count-within.ts'
import { type DueSource, DueTenants } from './tables/due-tenants.ts'
import { columns, inWindow, lastSeq } from './tables/jobs-table.ts'
import { RecentEnvelopes } from './tables/recent-envelopes.ts'
import { type JobRow, toQueuedJob, toStoredJob } from './tables/rows.ts'

type FoundRow = readonly [seq: number, id: string, bytes: number]

const find = 'SELECT seq, id, octet_length(envelope)'
const bytesOf = ([, , bytes]: FoundRow): number => bytes

/** The due jobs that have no runs. */
export class DueJobs {
  /** The envelopes that this process sent recently. */
  readonly recent: RecentEnvelopes = new RecentEnvelopes()
  readonly #connection: Connection
  readonly #tenants: DueTenants

  constructor(connection: Connection, weights: ReadonlyMap<string, number>) {
    this.#connection = connection
    this.#tenants = new DueTenants(connection, 'job', weights)
  }

  /**
   * Takes due jobs: the few that arrived last (see `Arrivals`), then those of each tenant in turn. Of a tenant, delayed
   * ones come first, then the others in order of arrival.
   */
  take(max: number, now: number): StoredJob[] {
    const arrived = takeArrived(this.#connection)
    const left = Math.max(max - arrived.length, Math.ceil(max / 4))
    const inTurn = new JobsInTurn(this.#connection, now, arrived)
    this.#tenants.take(left, now, inTurn)
    const { taken } = inTurn
    if (taken.length === 0) this.recent.clear()
    return readJobs(this.#connection, taken, this.recent)
  }
}

function takeArrived(connection: Connection): FoundRow[] {
  const { taken } = connection.get<{ taken: number }>('SELECT taken FROM cgk_meta')!
  const rows = connection.rows<FoundRow>(`${find} FROM ${inWindow} ORDER BY seq`)
  const count = countWithin(rows, bytesOf)
  // The jobs in between are delayed, wait for the turn of their tenant, or have been cancelled.
  const until = count < rows.length ? rows[count - 1]![0] : lastSeq(connection)
  if (until > taken) connection.run('UPDATE cgk_meta SET taken = ?', until)
  return rows.slice(0, count)
}

/** The jobs that wait for the turn of their tenant. */
class JobsInTurn implements DueSource {
  readonly taken: FoundRow[]
  readonly #connection: Connection
  readonly #now: number
  #bytes: number
  isFull = false

  constructor(connection: Connection, now: number, before: FoundRow[]) {
    this.#connection = connection
    this.#now = now
    this.taken = before
    this.#bytes = before.reduce((sum, row) => sum + bytesOf(row), 0)
  }

  take(tenant: string, max: number): number {
    const delayed = this.#take(
      "state = 'scheduled' AND tenant = ? AND due_at <= ? ORDER BY due_at, seq",
      max,
      tenant,
      this.#now,
    )
    if (delayed === max || this.isFull) return delayed
    return delayed + this.#take("state = 'arrived' AND tenant = ? ORDER BY seq", max - delayed, tenant)
  }

  nextDueAt(tenant: string): number | undefined {
    const waits = "SELECT 1 AS one FROM cgk_jobs WHERE state = 'arrived' AND tenant = ? LIMIT 1"
    if (this.#connection.get(waits, tenant)) return 0
    const sql = "SELECT min(due_at) AS at FROM cgk_jobs WHERE state = 'scheduled' AND tenant = ?"
    return this.#connection.get<{ at: number | null }>(sql, tenant)?.at ?? undefined
  }

  #take(where: string, max: number, ...values: (string | number)[]): number {
    const rows = this.#connection.rows<FoundRow>(`${find} FROM cgk_jobs WHERE ${where} LIMIT ?`, ...values, max)
    const count = this.#bytes >= maxBatchBytes ? 0 : countWithin(rows, bytesOf, maxBatchBytes - this.#bytes)
    this.isFull = count < rows.length
    for (const row of rows.slice(0, count)) {
      this.#connection.run("UPDATE cgk_jobs SET state = 'taken' WHERE seq = ?", row[0])
      this.#bytes += bytesOf(row)
      this.taken.push(row)
    }
    return count
  }
}

/** Reads the jobs of some rows, except those whose envelope is known. */
function readJobs(connection: Connection, found: readonly FoundRow[], recent: RecentEnvelopes): StoredJob[] {
  const jobs = found.map(([seq, id]) => {
    const envelope = recent.take(seq, id)
    return envelope && toQueuedJob(seq, envelope)
  })
  const missing = found.flatMap(([seq], index) => (jobs[index] ? [] : [seq]))
  if (missing.length === 0) return jobs as StoredJob[]
  const sql = `SELECT ${columns} FROM cgk_jobs WHERE seq IN (SELECT value FROM json_each(?))`
  const rows = new Map(connection.all<JobRow>(sql, JSON.stringify(missing)).map((row) => [row.seq, row]))
  return jobs.map((job, index) => job ?? toStoredJob(rows.get(found[index]![0])!))
}
