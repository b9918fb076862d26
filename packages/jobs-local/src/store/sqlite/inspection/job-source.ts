import type { SQLInputValue } from 'node:sqlite'
import { type InspectFilter, cronEventOf } from '@cgk-platform/jobs-core/provider'

import type { Connection } from '../file/connection.ts'

/** A part of an index that has jobs that may match, and others. It can have a job twice. */
export interface JobSource {
  /** The table with its index and conditions. */
  readonly from: string
  readonly values: readonly SQLInputValue[]
  /** The column by which it is read: the id of a job, its `seq`, or the number of a run. */
  readonly order: 'id' | 'seq' | 'job' | 'run'
  /** True if its index has another order, so that a read in its own order sorts all of it. */
  readonly mustSort?: true
}

/** Sources that together have every job that matches a filter. */
export interface JobSources {
  readonly sources: readonly JobSource[]
  /** The conditions of the filter that all their jobs meet. */
  readonly met: readonly (keyof InspectFilter)[]
}

/** The limits of a list or a count. */
export interface ReadLimits {
  /** The number of rows from which on their number does not matter. */
  readonly max: number
  /** The number of rows from which on they must be read in their order, not sorted. Absent for a count. */
  readonly maxSorted?: number
}

/** All jobs. */
export const allJobs: JobSource = { from: 'cgk_jobs WHERE true', values: [], order: 'id' }

/** Returns the number of rows of some sources, at most `max`. */
export function countRows(connection: Connection, sources: readonly JobSource[], max: number): number {
  let rows = 0
  for (const { from, values } of sources) {
    if (rows >= max) break
    const sql = `SELECT count(*) AS count FROM (SELECT 1 FROM ${from} LIMIT ?)`
    rows += connection.get<{ count: number }>(sql, ...values, max - rows)!.count
  }
  return rows
}

/** Returns the events that a matching job can have. `undefined` for a filter without event and definition. */
export function eventsOf(
  connection: Connection,
  { event, definitionId }: Pick<InspectFilter, 'event' | 'definitionId'>,
): string[] | undefined {
  if (event !== undefined) return [event]
  if (definitionId === undefined) return undefined
  const sql = 'SELECT event FROM cgk_handled WHERE definition_id = ?'
  const events = connection.all<{ event: string }>(sql, definitionId).map((row) => row.event)
  return [...new Set([...events, cronEventOf(definitionId)])]
}
