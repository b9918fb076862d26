import type { StoredJob } from '../job-store.ts'
import type { Connection } from './connection.ts'
import { columns } from './jobs-table.ts'
import { type JobRow, toStoredJob } from './rows.ts'
import type { SentHere } from './sent-here.ts'

/** How much of envelopes is read at once, bytes: a backlog of large payloads must not take a worker's memory. */
const mostBytes = 8 * 1024 * 1024

/** What is to be taken. */
interface Due {
  readonly max: number
  readonly now: number
  /** What this process knows of jobs without reading them. */
  readonly sentHere: SentHere
}

interface Size {
  readonly seq: number
  readonly bytes: number
}

/** Takes jobs that have come due and have no runs: delayed ones first, then in the order in which they arrived. */
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
  const rows = connection.all<JobRow>(`SELECT ${columns} FROM cgk_jobs WHERE ${where}`, now, countWithin(sizes))
  for (const { seq } of rows) connection.run("UPDATE cgk_jobs SET state = 'taken' WHERE seq = ?", seq)
  return rows.map((row) => toStoredJob(row))
}

function takeArrived(connection: Connection, { max, sentHere }: Due): StoredJob[] {
  const { taken } = connection.get<{ taken: number }>('SELECT taken FROM cgk_meta')!
  const where = 'seq > ? ORDER BY seq LIMIT ?'
  const sizes = connection.all<Size>(
    `SELECT seq, octet_length(envelope) AS bytes FROM cgk_jobs WHERE ${where}`,
    taken,
    max,
  )
  if (sizes.length === 0) {
    sentHere.clear()
    return []
  }
  const count = countWithin(sizes)
  connection.run('UPDATE cgk_meta SET taken = ?', sizes[count - 1]!.seq)
  const light = columns.replace(' envelope,', " '' AS envelope,")
  const rows = connection.all<JobRow>(
    `SELECT ${sentHere.isEmpty ? columns : light} FROM cgk_jobs WHERE ${where}`,
    taken,
    count,
  )
  const whole = (row: JobRow): JobRow =>
    row.envelope === '' ? connection.get<JobRow>(`SELECT ${columns} FROM cgk_jobs WHERE seq = ?`, row.seq)! : row
  return rows
    .filter(({ state }) => state === 'queued')
    .map((row) => {
      const envelope = sentHere.take(row.id)
      return toStoredJob(envelope ? row : whole(row), envelope)
    })
}

/** How many of these may be read at once: one at least. */
function countWithin(sizes: readonly Size[]): number {
  let bytes = 0
  const index = sizes.findIndex((size) => (bytes += size.bytes) > mostBytes)
  return index < 0 ? sizes.length : Math.max(1, index)
}
