import type { JobFilter } from '../status/job-filter.ts'

/** Selects the jobs of a change: those that match a filter, or up to 5,000 by their ids. */
export type JobSelection =
  | (JobFilter & { ids?: never })
  | ({ ids: readonly string[] } & { [Condition in keyof JobFilter]?: never })
