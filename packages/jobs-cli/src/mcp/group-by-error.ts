import type { JobSummary } from '@cgk-platform/jobs-core'

/** Failed jobs with the same error. */
export interface ErrorGroup {
  /** Its name and message, with `#` for numbers and ids. */
  readonly error: string
  readonly jobs: number
  readonly definitionIds: readonly string[]
  /** The newest of these jobs. */
  readonly exampleJobId: string
  readonly newestSentAt: Date
}

/** Ids and numbers, which differ from job to job. */
const variable = /\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\b[0-9A-HJKMNP-TV-Z]{26}\b|\d+/g

/** Groups jobs by their errors, the most frequent first. @param jobs - newest first */
export function groupByError(jobs: readonly JobSummary[]): ErrorGroup[] {
  const groups = new Map<string, JobSummary[]>()
  for (const job of jobs) {
    const error = job.error ? `${job.error.name}: ${job.error.message.replace(variable, '#')}` : '(no error reported)'
    const group = groups.get(error)
    if (group) group.push(job)
    else groups.set(error, [job])
  }
  return [...groups]
    .map(([error, members]) => ({
      error,
      jobs: members.length,
      definitionIds: [...new Set(members.flatMap(({ definitionIds }) => definitionIds))],
      exampleJobId: members[0]!.id,
      newestSentAt: members[0]!.createdAt,
    }))
    .toSorted((one, other) => other.jobs - one.jobs)
}
