import { type JobState, type JobStatus, type RunStatus, isEnded } from '@cgk-platform/jobs-core'
import { jobStateOf, jobStatusOf } from '@cgk-platform/jobs-core/provider'

import type { EngineEvent, EngineRun } from '../api/engine-shapes.ts'
import { toEnvelope } from '../wire/to-envelope.ts'
import { definitionIds } from './definition-ids.ts'
import { hasMissingRuns, isRunOf, receivedAtOf } from './missing-runs.ts'
import type { RunTimes } from './run-times.ts'
import type { Registered } from './subscriptions.ts'
import { tenantOf } from './tenant-of.ts'
import { toRunStatus, type WorkflowFacts } from './to-run-status.ts'

/** Everything that was read of a job. */
export interface JobFacts {
  readonly event: EngineEvent
  /** Oldest first. */
  readonly runs: readonly EngineRun[]
  /** In the order of the runs. */
  readonly times: readonly RunTimes[]
  /** What is told of those that are a workflow's, in the order of the runs. Default: none is. */
  readonly workflows?: readonly (WorkflowFacts | undefined)[]
  /** The functions that the event runs, where that is known. */
  readonly subscribed: readonly Registered[] | undefined
  readonly appId: string
  readonly now: number
  /** The engine's clock less ours, milliseconds. Default 0. */
  readonly offsetMs?: number
}

/** For how long an event whose functions have no runs yet is taken for queued; then they were registered after it. */
const queuedForMs = 300_000
/** The same where it is not known which functions there are. */
const maybeQueuedForMs = 10_000
/** For how long a run of some of its functions may become visible later than the others'. */
const lagMs = 30_000

/** An event and its runs as the job that they are. */
export function toJobStatus(facts: JobFacts): JobStatus {
  const { event, now } = facts
  const id = event.internal_id
  const { event: name, sentAt, runAt } = toEnvelope(event, id)
  const runs = toRunStatuses(facts)
  const state = toJobState(facts, runs, runAt)
  return jobStatusOf({ id, event: name, tenantId: tenantOf(event), sentAt, runAt, state }, runs)

  function toRunStatuses({ runs: found, times, workflows = [], subscribed = [], appId }: JobFacts): RunStatus[] {
    const ids = definitionIds(found, appId)
    const { maxAttempts: asked } = toEnvelope(event, id)
    return found.map((run, index) => {
      const definitionId = ids[index]!
      const before = ids.slice(0, index).lastIndexOf(definitionId)
      const workflow = workflows[index]
      // A workflow is registered with as many as there can be.
      const defined = workflow ? undefined : subscribed.find((one) => isRunOf(run, one))?.maxAttempts
      const maxAttempts = asked === undefined || defined === undefined ? (defined ?? asked) : Math.min(asked, defined)
      const retryOf = before < 0 ? undefined : found[before]!.id
      return toRunStatus(run, { definitionId, times: times[index]!, runAt, now, maxAttempts, retryOf, workflow })
    })
  }
}

/** While runs may still be missing, those that are there cannot have ended the job, other than by a cancel. */
function toJobState(
  { event, runs: found, subscribed, now, offsetMs = 0 }: JobFacts,
  runs: readonly RunStatus[],
  runAt?: number,
): JobState {
  const state = jobStateOf(runs)
  if (!isEnded(state) || state === 'cancelled' || !hasMissingRuns(event, found, subscribed)) return state
  const ageMs = now + offsetMs - receivedAtOf(event)
  if (found.length > 0) return ageMs > lagMs ? state : 'running'
  if (ageMs > (subscribed ? queuedForMs : maybeQueuedForMs)) return state
  return runAt !== undefined && runAt > now ? 'scheduled' : 'queued'
}
