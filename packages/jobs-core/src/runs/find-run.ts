import type { Definition, JobOutput } from '../jobs/definition.ts'
import type { JobStatus, RunStatus } from '../status/job-status.ts'

/** Returns the newest run of a definition in a job's status, with the type of its output. */
export function findRun<D extends Definition>(status: JobStatus, definition: D): RunStatus<JobOutput<D>> | undefined {
  return status.runs.findLast((run) => run.definitionId === definition.id) as RunStatus<JobOutput<D>> | undefined
}
