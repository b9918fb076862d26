import { JobNotFoundError } from '../errors/job-not-found-error.ts'
import { JobNotVisibleError } from '../errors/job-not-visible-error.ts'
import { changeEach } from './change-each.ts'
import type { CheckedChange } from './inspect-options.ts'
import type { InspectSource } from './inspect-source.ts'
import type { ChangeJobsResult } from './job-inspector.ts'
import type { JobState } from '../status/job-state.ts'

/** A change of jobs by their ids. */
export interface IdsToChange {
  readonly ids: readonly string[]
  /** The states of the jobs that can be changed. */
  readonly states: readonly JobState[]
  /** The tenant whose jobs can be changed. Absent: all. */
  readonly tenantId: string | undefined
  /** Changes one job. Returns false if there was nothing to do. */
  readonly change: (id: string) => Promise<boolean>
}

/** Changes the jobs with these ids. In a dry run it reads each. */
export async function changeById(
  source: Pick<InspectSource, 'job'>,
  { ids, states, tenantId, change }: IdsToChange,
  options: CheckedChange,
): Promise<ChangeJobsResult> {
  const changeOne = async (id: string): Promise<boolean> => {
    // A change waits for an unknown id, which can be that of a new job, and not for one of another tenant. A read
    // answers both alike.
    const job = await source.job(id, tenantId).catch((error: unknown) => {
      const isUnknown = JobNotFoundError.isInstance(error) || JobNotVisibleError.isInstance(error)
      if (tenantId !== undefined || options.dryRun || !isUnknown) throw error
      return undefined // The engine may not show it yet, which the change waits for.
    })
    if (!job) return change(id)
    return states.includes(job.state) && (options.dryRun || change(id))
  }
  return changeEach([ids], changeOne, options)
}
