import type { StoredJob } from './stored-run.ts'

/** Returns the id of a run by its number within the job, starting at 1. */
export function runIdOf(jobId: string, number: number): string {
  return `${jobId}-${number}`
}

/** Returns the id of a job's next run. */
export function nextRunId({ envelope, runs }: StoredJob): string {
  return runIdOf(envelope.id, runs.length + 1)
}
