import type { StoredJob } from '../job-store.ts'
import type { Connection } from './connection.ts'
import { countWithin } from './count-within.ts'
import { columns, lastSeq } from './jobs-table.ts'
import { type JobRow, toQueuedJob, toStoredJob } from './rows.ts'
import type { RecentEnvelopes } from './recent-envelopes.ts'

/** The options of `takeDue`. */
interface Due {
  readonly max: number
  readonly now: number
  /** The envelopes that this process need not read. */
  readonly recentEnvelopes: RecentEnvelopes
}

interface Size {
  readonly seq: number
  readonly bytes: number
}

/** Takes due jobs that have no runs: delayed ones first, then the others in order of arrival. */
export function takeDue(connection: Connection, due: Due): StoredJob[] {
  const delayed = takeDelayed(connection, due)
  return delayed.length > 0 ? delayed : takeArrived(connection, due)
}

function takeDelayed(connection: Connection, { max, now }: Due): StoredJob[] {
  const where = "state = 'scheduled' AND due_at <= ? ORDER BY due_at, seq LIMIT ?"
  const sizes = connection.all<Size>(
    `SELECT seq, octet_length(envelope) AS bytes FROM cgk_jobs WHERE ${where}`,
    now,
    max,
  )
  if (sizes.length === 0) return []
  const rows = connection.all<JobRow>(
    `SELECT ${columns} FROM cgk_jobs WHERE ${where}`,
    now,
    countWithin(sizes, ({ bytes }) => bytes),
  )
  for (const { seq } of rows) connection.run("UPDATE cgk_jobs SET state = 'taken' WHERE seq = ?", seq)
  return rows.map((row) => toStoredJob(row))
}

function takeArrived(connection: Connection, { max, recentEnvelopes }: Due): StoredJob[] {
  const { taken } = connection.get<{ taken: number }>('SELECT taken FROM cgk_meta')!
  const where = "seq > ? AND state = 'queued' ORDER BY seq LIMIT ?"
  const found = connection.rows<[seq: number, id: string, bytes: number]>(
    `SELECT seq, id, octet_length(envelope) FROM cgk_jobs WHERE ${where}`,
    taken,
    max,
  )
  const count = countWithin(found, ([, , bytes]) => bytes)
  // The jobs in between are delayed or have been cancelled.
  const until = found.length > 0 && (count < found.length || count === max) ? found[count - 1]![0] : lastSeq(connection)
  if (until > taken) connection.run('UPDATE cgk_meta SET taken = ?', until)
  if (found.length === 0) {
    recentEnvelopes.clear()
    return []
  }
  if (recentEnvelopes.isEmpty) {
    const rows = connection.all<JobRow>(`SELECT ${columns} FROM cgk_jobs WHERE ${where}`, taken, count)
    return rows.map((row) => toStoredJob(row))
  }
  return found.slice(0, count).map(([seq, id]) => {
    const envelope = recentEnvelopes.take(seq, id)
    return envelope ? toQueuedJob(seq, envelope) : toStoredJob(readJob(connection, seq))
  })
}

function readJob(connection: Connection, seq: number): JobRow {
  return connection.get<JobRow>(`SELECT ${columns} FROM cgk_jobs WHERE seq = ?`, seq)!
}
