import type { StoredJob } from '../records/stored-run.ts'

/** A page of jobs. */
export interface StoredPage {
  readonly jobs: readonly StoredJob[]
  /** Absent on the last page. */
  readonly cursor?: string
}
