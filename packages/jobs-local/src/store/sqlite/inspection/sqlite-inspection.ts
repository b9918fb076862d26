import type { CountGroup, JobCounts, JobSummaryPage } from '@cgk-platform/jobs-core'
import type { InspectFilter, InspectQuery } from '@cgk-platform/jobs-core/provider'

import type { StoreInspection } from '../../store-inspection.ts'
import type { Connection } from '../connection.ts'
import { readAtOnce } from '../read-at-once.ts'
import { countJobs } from './count-jobs.ts'
import { findJobs } from './find-jobs.ts'
import { readSummary } from './read-summary.ts'

/** Reads the jobs of a file for `client.inspect`. */
export class SqliteInspection implements StoreInspection {
  readonly #connection: Connection
  readonly #read: <T>(read: () => T) => T

  /** @param read - calls its argument after the pending changes were written */
  constructor(connection: Connection, read: <T>(read: () => T) => T) {
    this.#connection = connection
    this.#read = read
  }

  list(query: InspectQuery): JobSummaryPage {
    return this.#readAtOnce(() => {
      const { found, cursor } = findJobs(this.#connection, query)
      const jobs = found.map(({ seq }) => readSummary(this.#connection, seq))
      return { jobs, ...(cursor !== undefined && { cursor }) }
    })
  }

  count(filter: InspectFilter, by: CountGroup | undefined): JobCounts {
    return this.#readAtOnce(() => countJobs(this.#connection, filter, by))
  }

  #readAtOnce<T>(read: () => T): T {
    return this.#read(() => readAtOnce(this.#connection, read))
  }
}
