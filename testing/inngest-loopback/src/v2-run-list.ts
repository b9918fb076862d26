import type { Run, RunStatus } from './run.ts'
import { listedEndMs } from './run-views.ts'
import { BadQueryError, readLimit, wrongType } from './v2-replies.ts'

const statuses: readonly RunStatus[] = ['QUEUED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED']

/** One page of a list of runs. */
export interface RunPage {
  readonly runs: Run[]
  readonly limit: number
  readonly cursor: string | undefined
}

/** Filters, sorts and pages runs (pkg/api/v2/endpoints_runs.go). @throws {BadQueryError} for an invalid query. */
export function pageRuns(runs: readonly Run[], query: URLSearchParams, max: number): RunPage {
  const limit = readLimit(query, max)
  const cursor = readCursor(query.get('cursor'))
  const [from, until] = [readTime(query, 'from'), readTime(query, 'until')]
  if (from !== undefined && until !== undefined && from >= until) throw new BadQueryError('from must be before until')
  const wanted = query.getAll('status').map(readStatus)
  const byEnd = readTimeField(query.get('timeField') ?? query.get('time_field') ?? '') === 'ENDEDAT'
  const ascending = readOrder(query.get('order') ?? '') === 'ASC'

  // Lists know only the time at which a run was queued, not its start.
  const timeOf = (run: Run): number =>
    byEnd ? (listedEndMs(run) ?? run.startedAtMs ?? run.queuedAtMs) : run.queuedAtMs
  const sign = ascending ? 1 : -1
  const found = runs
    .map((run) => ({ run, time: timeOf(run) }))
    .filter(({ run }) => wanted.length === 0 || wanted.includes(run.status))
    .filter(({ time }) => from === undefined || time >= from)
    .filter(({ time }) => until === undefined || time < until || (byEnd && time === until))
    .toSorted((a, b) => sign * (a.time - b.time) || (a.run.id < b.run.id ? -1 : 1))
    .filter(({ run, time }) => {
      if (!cursor) return true
      return sign * (time - cursor.time) > 0 || (time === cursor.time && run.id > cursor.id)
    })
  const page = found.slice(0, limit)
  const last = page.at(-1)
  const cursorOf = ({ run, time }: { run: Run; time: number }): string => writeCursor(run.id, time, byEnd)
  return {
    runs: page.map(({ run }) => run),
    limit,
    cursor: found.length > limit && last ? cursorOf(last) : undefined,
  }
}

function writeCursor(id: string, timeMs: number, byEnd: boolean): string {
  const field = byEnd ? 'end_time' : 'start_time'
  return Buffer.from(JSON.stringify({ id, c: { [field]: { f: field, v: timeMs * 1000 } } })).toString('base64')
}

function readCursor(text: string | null): { id: string; time: number } | undefined {
  if (!text) return undefined
  try {
    const { id, c } = JSON.parse(Buffer.from(text, 'base64').toString()) as {
      id: string
      c: Record<string, { v: number }>
    }
    const [field] = Object.values(c)
    if (id && field) return { id, time: field.v / 1000 }
  } catch {
    // reported below
  }
  throw new BadQueryError('Cursor is invalid')
}

function readTime(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  const ms = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : NaN
  if (Number.isNaN(ms)) throw wrongType(name, text)
  return ms
}

function readStatus(text: string): RunStatus {
  const status = statuses.find((each) => each === text.trim().toUpperCase())
  if (!status) throw new BadQueryError('Status is invalid')
  return status
}

function readTimeField(text: string): string {
  const field = text.trim().toUpperCase().replace('_', '')
  if (!['', 'QUEUEDAT', 'STARTEDAT', 'ENDEDAT'].includes(field)) throw new BadQueryError('timeField is invalid')
  return field
}

function readOrder(text: string): string {
  const order = text.trim().toUpperCase()
  if (!['', 'ASC', 'DESC'].includes(order)) throw new BadQueryError('order is invalid')
  return order
}
