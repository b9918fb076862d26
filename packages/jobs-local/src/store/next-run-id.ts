import type { StoredJob } from './job-store.ts'

/** The id of the run that a job gets next. */
export function nextRunId({ envelope, runs }: StoredJob): string {
  return `${envelope.id}-${runs.length + 1}`
}
