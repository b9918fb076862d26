import type { StoredJob } from './job-store.ts'

/** The id of a run: by its number among those of its job, from 1. */
export function runIdOf(jobId: string, number: number): string {
  return `${jobId}-${number}`
}

/** The id of the run that a job gets next. */
export function nextRunId({ envelope, runs }: StoredJob): string {
  return runIdOf(envelope.id, runs.length + 1)
}
