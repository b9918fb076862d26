import type { JobClient } from '@cgk-platform/jobs-core'

/** An engine that the browser tests run on. */
export interface Target {
  readonly name: string
  /** Opens a client whose jobs are run: see `testJobs`. */
  open(): Promise<{ readonly client: JobClient; close(): Promise<void> }>
}
