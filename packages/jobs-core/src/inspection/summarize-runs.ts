import { encodedTextOf } from '../codec/encoded.ts'
import type { JobErrorInfo } from '../errors/error-info.ts'
import { isEnded, newestRuns } from '../status/job-state.ts'
import type { JobSummary, RunSummary, ShortError } from '../status/job-summary.ts'

const maxRuns = 100
const maxMessageCharacters = 500

/** The part of a summary that follows from the runs of a job. */
type RunsSummary = Pick<JobSummary, 'definitionIds' | 'attempts' | 'durationMs' | 'error' | 'isSuspended' | 'runs'>

/** The facts about a run. Those that the engine does not tell are absent. */
export interface RunFacts extends Omit<RunSummary, 'error'> {
  readonly error?: JobErrorInfo
  /** Whether it is a workflow of the state `running` that is suspended. */
  readonly isSuspended?: boolean
}

/** Returns the part of a summary that follows from the runs of a job. @param facts - oldest first */
export function summarizeRuns(facts: readonly RunFacts[]): RunsSummary {
  const runs = facts.slice(-maxRuns).map(toRunSummary)
  const newest = newestRuns(runs)
  const durations = newest.flatMap((run) => durationOf(run) ?? [])
  const hasEnded = newest.every(({ state }) => isEnded(state))
  const hasAttempts = newest.every(({ attempts }) => attempts !== undefined)
  const running = facts.filter(({ state }) => state === 'running')
  const failed = newest.findLast((run) => run.error !== undefined)
  return {
    definitionIds: [...new Set(facts.map(({ definitionId }) => definitionId))],
    ...(hasAttempts && { attempts: Math.max(0, ...newest.map(({ attempts }) => attempts!)) }),
    ...(hasEnded && durations.length > 0 && { durationMs: Math.max(...durations) }),
    ...(running.length > 0 && running.every(({ isSuspended }) => isSuspended) && { isSuspended: true }),
    ...(failed && { error: { definitionId: failed.definitionId, ...failed.error! } }),
    runs,
  }
}

/** Returns the summary of a job as if this were its only run. */
export function summaryOfRun(job: JobSummary, run: RunSummary): JobSummary {
  const { id, event, tenantId, references, createdAt, scheduledFor } = job
  const { state, startedAt, endedAt } = run
  return {
    ...{ id, event, tenantId, state, createdAt },
    ...(references && { references }),
    ...(scheduledFor && { scheduledFor }),
    ...(startedAt && { startedAt }),
    ...(endedAt && { endedAt }),
    ...summarizeRuns([run]),
  }
}

/** Returns the time from the start of a run to its end, in milliseconds. */
export function durationOf({ startedAt, endedAt }: Pick<RunSummary, 'startedAt' | 'endedAt'>): number | undefined {
  return startedAt && endedAt && endedAt.getTime() - startedAt.getTime()
}

function toRunSummary(run: RunFacts): RunSummary {
  const { id, definitionId, state, attempts, maxAttempts, startedAt, endedAt, retryOf, error } = run
  return {
    ...{ id, definitionId, state, maxAttempts },
    ...(attempts !== undefined && { attempts }),
    ...(startedAt && { startedAt }),
    ...(endedAt && isEnded(state) && { endedAt }),
    ...(retryOf !== undefined && { retryOf }),
    ...(error && (state === 'failed' || state === 'retrying') && { error: shortened(error) }),
  }
}

/** Returns an error as lists show it. Encoded texts are cut after they are decoded. */
export function shortened({ name, message }: JobErrorInfo): ShortError {
  if (encodedTextOf({ message }) !== undefined) return { name, message }
  return { name, message: message.slice(0, maxMessageCharacters).replace(/[\uD800-\uDBFF]$/u, '') }
}
