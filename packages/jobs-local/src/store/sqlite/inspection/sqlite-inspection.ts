import type { CountGroup, JobCounts, JobSummary, JobSummaryPage } from '@cgk-platform/jobs-core/inspect'
import type {
  FailureCount,
  FailureQuery,
  HistoryQuery,
  InspectFilter,
  InspectQuery,
  RunCounts,
} from '@cgk-platform/jobs-core/provider'
import { sentAtOf } from '@cgk-platform/jobs-core/scheduling'

import type { Steps } from '../../../time/steps.ts'
import { turnBatch } from '../../../rules/turn-batch.ts'
import type { StoreInspection } from '../../job-store.ts'
import { type Connection, readAtOnce } from '../file/connection.ts'
import { searchesTexts } from './job-conditions.ts'
import { countFailures } from './count-failures.ts'
import { countJobs } from './count-jobs.ts'
import { findJobs } from './find-jobs.ts'
import { readHistory } from '../tables/history-table.ts'
import { readSummary } from './read-summary.ts'

/** Number of rows to read for one page. Those with errors to search take longer. */
const maxPageRows = { withoutText: 10_000, withText: 4_000 }

/** Reads the jobs of a file for `client.inspect`. */
export class SqliteInspection implements StoreInspection {
  readonly #connection: Connection
  readonly #read: <T>(read: () => T) => T

  /** @param read - calls its argument after the pending changes were written */
  constructor(connection: Connection, read: <T>(read: () => T) => T) {
    this.#connection = connection
    this.#read = read
  }

  /** Reads a page in parts, each as of one moment. Like pages, they follow each other by a cursor. */
  *list(query: InspectQuery): Steps<JobSummaryPage> {
    const maxRows = searchesTexts(query) ? maxPageRows.withText : maxPageRows.withoutText
    const jobs: JobSummary[] = []
    let rows = 0
    for (let next: { readonly cursor?: string } = {}; ; yield) {
      const limit = Math.min(turnBatch, query.limit - jobs.length)
      const part = this.#readAtOnce(() => {
        const { found, ...read } = findJobs(this.#connection, { ...query, ...next, limit })
        return { ...read, jobs: found.map(({ seq }) => readSummary(this.#connection, seq)) }
      })
      jobs.push(...part.jobs)
      rows += part.rows
      const { cursor } = part
      if (cursor === undefined) return { jobs }
      if (jobs.length === query.limit || rows >= maxRows)
        return { jobs, cursor, searchedTo: new Date(sentAtOf(cursor)) }
      next = { cursor }
    }
  }

  count(filter: InspectFilter, by: CountGroup | undefined): Steps<JobCounts> {
    return countJobs(this.#connection, filter, { by, atOnce: (read) => this.#readAtOnce(read) })
  }

  failures(query: FailureQuery): Steps<readonly FailureCount[]> {
    return countFailures(this.#connection, query, (read) => this.#readAtOnce(read))
  }

  history(query: HistoryQuery): RunCounts {
    return this.#readAtOnce(() => readHistory(this.#connection, query))
  }

  #readAtOnce<T>(read: () => T): T {
    return this.#read(() => readAtOnce(this.#connection, read))
  }
}
