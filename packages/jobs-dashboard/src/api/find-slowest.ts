import type { JobClient } from '@cgk-platform/jobs-core'
import type { JobSummary, TenantInspector } from '@cgk-platform/jobs-core/inspect'
import { summaryOfRun } from '@cgk-platform/jobs-core/tools'

const maxJobs = 1000
const shown = 5

/** The runs that took longest. */
interface Slowest {
  /** The longest first, each as a summary of its job with this run alone. */
  readonly slowest: readonly JobSummary[]
  /** False if they are only those of the newest jobs. */
  readonly isComplete: boolean
}

/** Returns the runs of a definition that took longest, of the newest 1,000 jobs with a run that ended since a time. */
export async function findSlowest(
  client: JobClient,
  inspect: TenantInspector,
  definitionId: string,
  since: Date,
): Promise<Slowest> {
  const { features } = await client.capabilities()
  const byEnd = features['inspect.listJobs by end'].supported && { endedSince: since }
  const { jobs, cursor } = await inspect.listJobs({ definitionId, ...byEnd, limit: maxJobs })
  const runs = jobs.flatMap((job) =>
    job.runs
      .filter((run) => run.definitionId === definitionId && run.endedAt && run.endedAt >= since)
      .map((run) => summaryOfRun(job, run)),
  )
  return {
    slowest: runs.toSorted((a, b) => (b.durationMs ?? 0) - (a.durationMs ?? 0)).slice(0, shown),
    isComplete: cursor === undefined,
  }
}
