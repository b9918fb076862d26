import { type JobState, type JobStatus, type RunStatus, isEnded } from '@cgk-platform/jobs-core'
import { type Envelope, jobStateOf, jobStatusOf } from '@cgk-platform/jobs-core/provider'

import type { EngineEvent, EngineRun } from '../api/engine-shapes.ts'
import { toEnvelope } from '../wire/to-envelope.ts'
import { definitionIds } from './definition-ids.ts'
import { canBeLost, lostAtOf, toLostRuns } from './lost-runs.ts'
import { hasMissingRuns, isRunOf, receivedAtOf, runLagMs } from './missing-runs.ts'
import type { RunTimes } from './run-times.ts'
import type { RegisteredFunction } from './subscriptions.ts'
import { tenantOf } from './tenant-of.ts'
import { toRunStatus, type WorkflowFacts } from './to-run-status.ts'

/** Everything read from Inngest about a job. */
export interface JobFacts {
  readonly event: EngineEvent
  /** Oldest first. */
  readonly runs: readonly EngineRun[]
  /** In the order of the runs. */
  readonly times: readonly RunTimes[]
  /** Facts of workflow runs, in the order of the runs. Default: no run is a workflow's. */
  readonly workflows?: readonly (WorkflowFacts | undefined)[]
  /** The functions subscribed to the event, if known. For an event without runs, including those never registered. */
  readonly subscribed: readonly RegisteredFunction[] | undefined
  readonly appId: string
  readonly now: number
  /** The engine's clock minus the local clock, milliseconds. Default 0. */
  readonly offsetMs?: number
}

/** Time for which an event without runs counts as queued if the registered functions are unknown. */
const maybeQueuedForMs = 10_000

/** Converts an event and its runs to the status of a job. */
export function toJobStatus(facts: JobFacts): JobStatus {
  const { event, now } = facts
  const envelope = toEnvelope(event, event.internal_id)
  const runs = facts.runs.length === 0 ? lostRunsOf(facts) : toRunStatuses(facts)
  const state = toJobState(facts, runs, envelope)
  return jobStatusOf({ ...envelope, tenantId: tenantOf(event), state }, runs)

  function toRunStatuses({ runs: found, times, workflows = [], subscribed = [], appId }: JobFacts): RunStatus[] {
    const ids = definitionIds(found, appId)
    const { maxAttempts: requested, runAt } = envelope
    return found.map((run, index) => {
      const definitionId = ids[index]!
      const before = ids.slice(0, index).lastIndexOf(definitionId)
      const workflow = workflows[index]
      // A workflow is registered with Inngest's maximum, which is not its own.
      const defined = workflow ? undefined : subscribed.find((one) => isRunOf(run, one))?.maxAttempts
      const maxAttempts =
        requested === undefined || defined === undefined ? (defined ?? requested) : Math.min(requested, defined)
      const retryOf = before < 0 ? undefined : found[before]!.id
      const dueAt = runAt === undefined ? undefined : (event.ts ?? runAt)
      const one = { definitionId, times: times[index]!, maxAttempts, retryOf, workflow }
      return toRunStatus(run, { ...one, runAt, dueAt, now })
    })
  }
}

/** Returns the state of a job. While runs can be missing, the visible runs end the job only if it was cancelled. */
function toJobState(
  { event, runs: found, subscribed, now, offsetMs = 0 }: JobFacts,
  runs: readonly RunStatus[],
  { runAt, waitsOnly }: Pick<Envelope, 'runAt' | 'waitsOnly'>,
): JobState {
  if (found.length === 0 && waitsOnly) return 'completed' // a signal
  const state = jobStateOf(runs)
  const ageMs = now + offsetMs - receivedAtOf(event)
  if (found.length > 0) {
    const isOpen = !isEnded(state) || state === 'cancelled' || !hasMissingRuns(event, found, subscribed)
    return isOpen || ageMs > runLagMs ? state : 'running'
  }
  const isWaiting = subscribed ? subscribed.length > 0 && canBeLost(event) : ageMs <= maybeQueuedForMs
  if (runs.length > 0) return state
  // Its functions ran for the first event with its id.
  if (!isWaiting) return subscribed && subscribed.length > 0 ? 'completed' : state
  return runAt !== undefined && runAt > now ? 'scheduled' : 'queued'
}

/** Returns the runs that Inngest never started for an event without runs. None while they can still start. */
function lostRunsOf({ event, subscribed = [], appId, now, offsetMs = 0 }: JobFacts): RunStatus[] {
  if (subscribed.length === 0 || !canBeLost(event)) return []
  const lostAt = lostAtOf(event, subscribed)
  if (now + offsetMs <= lostAt) return []
  const endedAt = new Date(lostAt - offsetMs)
  return toLostRuns({ jobId: event.internal_id, handlers: subscribed, ownAppId: appId, endedAt })
}
