import type { JobStatus, JobSummary } from '@cgk-platform/jobs-core'
import { newestRuns } from '@cgk-platform/jobs-core/provider'

import type { EngineRun } from '../api/engine-shapes.ts'
import type { EventRuns } from '../read/event-runs.ts'
import { attemptRecordOf } from '../read/to-run-status.ts'

/** Maximum length of an error's message. */
const maxMessageLength = 500

/** Converts the status of a job to the facts that a list shows. */
export function toSummary({ runs, ...job }: JobStatus, eventRuns: EventRuns): JobSummary {
  const failed = newestRuns(runs).findLast(({ state }) => state === 'failed' || state === 'retrying')
  const { name, message } = failed?.error ?? {}
  return {
    ...job,
    definitionIds: [...new Set(runs.map(({ definitionId }) => definitionId))],
    ...(eventRuns.every(({ run, children }) => [run, ...children].every(hasCount)) && {
      attempts: runs.reduce((sum, { attempts }) => sum + attempts, 0),
    }),
    ...(name !== undefined && message !== undefined && { error: { name, message: cut(message) } }),
  }
}

/** Returns false if a run has made more attempts than its record may tell, because its process died. */
function hasCount(run: EngineRun): boolean {
  if (run.startedAt === undefined) return true
  const record = attemptRecordOf(run)
  const isFailure = run.status !== 'COMPLETED' && run.status !== 'CANCELED' && run.finishedAt !== undefined
  return record ? record.failed === true || !isFailure : !isFailure
}

/** Cuts a message, without half of a surrogate pair. */
function cut(message: string): string {
  return message.length <= maxMessageLength
    ? message
    : message.slice(0, maxMessageLength).replace(/[\uD800-\uDBFF]$/, '')
}
