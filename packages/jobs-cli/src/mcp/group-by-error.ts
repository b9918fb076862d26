import type { JobSummary } from '@cgk-platform/jobs-core/inspect'
import { newestRuns } from '@cgk-platform/jobs-core/provider'

/** Failed runs with the same error. */
export interface ErrorGroup {
  /** Its name and message, with `#` for numbers and ids. */
  readonly error: string
  readonly runs: number
  readonly jobs: number
  /** The definitions that failed with it. */
  readonly definitionIds: readonly string[]
  /** The newest of these jobs. */
  readonly exampleJobId: string
  readonly newestSentAt: Date
}

/** Ids and numbers, which differ from job to job. */
const variable = /\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\b[0-9A-HJKMNP-TV-Z]{26}\b|\d+/g

/**
 * Groups the newest runs that failed, or are retried, by their errors, the most frequent first.
 *
 * @param jobs - newest first
 * @param definitionId - the only definition whose runs are grouped. Default: all
 */
export function groupByError(jobs: readonly JobSummary[], definitionId?: string): ErrorGroup[] {
  const groups = new Map<string, { job: JobSummary; definitionId: string }[]>()
  for (const job of jobs) {
    for (const run of newestRuns(job.runs)) {
      const isFailed = run.state === 'failed' || run.state === 'retrying'
      if (!isFailed || (definitionId !== undefined && run.definitionId !== definitionId)) continue
      const error = run.error ? `${run.error.name}: ${run.error.message.replace(variable, '#')}` : '(no error reported)'
      const group = groups.get(error) ?? []
      group.push({ job, definitionId: run.definitionId })
      groups.set(error, group)
    }
  }
  return [...groups]
    .map(([error, members]) => ({
      error,
      runs: members.length,
      jobs: new Set(members.map(({ job }) => job.id)).size,
      definitionIds: [...new Set(members.map((member) => member.definitionId))],
      exampleJobId: members[0]!.job.id,
      newestSentAt: members[0]!.job.createdAt,
    }))
    .toSorted((one, other) => other.runs - one.runs)
}
