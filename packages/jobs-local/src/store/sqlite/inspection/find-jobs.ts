import type { InspectQuery } from '@cgk-platform/jobs-core/provider'

import type { Connection } from '../file/connection.ts'
import { searchesTexts } from './job-conditions.ts'
import type { JobSource } from './job-source.ts'
import { type FoundJob, JobStream, type ListRange } from './job-stream.ts'
import { sourcesFor } from './sources-for.ts'
import { timeRangeOf } from './time-range.ts'

/** Number of rows from which on their number does not matter for the choice of the sources. */
const maxCounted = 10_000
/** Number of rows to read at once. Those with errors to search take longer. */
const maxRows = { withoutText: 2_000, withText: 500 }
/** Number of sources of a stream. Each of them adds 4 kB to the prepared statement. */
const maxSources = 40
/** Number of rows that a list sorts for each read. */
const maxSorted = 50_000

/** The jobs of a page, or of a part of it. */
export interface FoundPage {
  readonly found: readonly FoundJob[]
  /** Number of rows that were read. */
  readonly rows: number
  /** Absent on the last page. */
  readonly cursor?: string
}

/** Finds the jobs of a page. Reads a limited number of rows, so it may find fewer, and still return a cursor. */
export function findJobs(connection: Connection, query: InspectQuery): FoundPage {
  const max = searchesTexts(query) ? maxRows.withText : maxRows.withoutText
  const range = rangeOf(connection, query)
  const { order: _, limit, cursor: __, ...filter } = query
  const { tenantId } = filter
  const { sources, condition } = sourcesFor(connection, filter, { max: maxCounted, maxSorted })
  const streams = groupsOf(sources).map(
    (group) => new JobStream(connection, { sources: group, range, condition, tenantId, chunk: (limit + 1) * 2 }),
  )
  const found: FoundJob[] = []
  let rows = 0
  for (;;) {
    for (const stream of streams) {
      while (!stream.next && !stream.isRead && (rows < max || stream.reached === undefined)) rows += stream.read()
    }
    const stopped = streams.filter(({ next, isRead }) => !next && !isRead)
    const first = firstOf(streams, range)
    const isBehind = ({ reached }: JobStream): boolean =>
      range.newestFirst ? first!.next!.id < reached! : first!.next!.id > reached!
    if (!first || stopped.some(isBehind)) {
      if (stopped.length === 0) return { found, rows }
      return {
        found,
        rows,
        cursor: furthestBack(
          stopped.map(({ reached }) => reached!),
          range,
        ),
      }
    }
    const job = first.next!
    if (found.at(-1)?.id !== job.id) {
      if (found.length === limit) return { found, rows, cursor: found.at(-1)!.id }
      found.push(job)
    }
    first.take()
  }
}

function rangeOf(connection: Connection, query: InspectQuery): ListRange {
  const { cursor } = query
  const { above, below } = timeRangeOf(connection, query)
  const newestFirst = query.order === 'newest'
  if (cursor === undefined) return { newestFirst, above, below }
  return newestFirst
    ? { newestFirst, above, below: cursor < below ? cursor : below }
    : { newestFirst, above: cursor > above ? cursor : above, below }
}

/** Returns the sources of each stream: those of the same order. */
function groupsOf(sources: readonly JobSource[]): JobSource[][] {
  const groups: JobSource[][] = []
  for (const source of sources) {
    const group = groups.find((one) => one[0]!.order === source.order && one.length < maxSources)
    if (group) group.push(source)
    else groups.push([source])
  }
  return groups
}

/** Returns the stream whose next job comes first. */
function firstOf(streams: readonly JobStream[], { newestFirst }: ListRange): JobStream | undefined {
  let first: JobStream | undefined
  for (const stream of streams) {
    if (stream.next && (!first || newestFirst === stream.next.id > first.next!.id)) first = stream
  }
  return first
}

/** Returns the id that is reached first in the order of the list: up to it, all jobs were read. */
function furthestBack(reached: readonly string[], { newestFirst }: ListRange): string {
  return reached.reduce((one, other) => (newestFirst === one > other ? one : other))
}
