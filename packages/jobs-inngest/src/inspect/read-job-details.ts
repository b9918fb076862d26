import type { RunStatus } from '@cgk-platform/jobs-core'
import type { JobDetails, RunDetails } from '@cgk-platform/jobs-core/inspect'
import { sentDetailsOf } from '@cgk-platform/jobs-core/provider'

import type { EngineEvent, EnginePage, EngineRun } from '../api/engine-shapes.ts'
import { currentRuns } from '../read/current-runs.ts'
import { parkedRun } from '../read/parked-run.ts'
import { readRootSpan, type TraceSpan, tracedSteps } from '../read/run-trace.ts'
import type { RunTimes } from '../read/run-times.ts'
import { toJobStatus } from '../read/to-job-status.ts'
import type { WorkflowFacts } from '../read/to-run-status.ts'
import { toStepStatuses } from '../read/to-step-statuses.ts'
import { readStepRecord } from '../wire/step-record.ts'
import { completedInTrace, beginIn } from '../read/completed-in-trace.ts'
import { isEventId } from '../wire/event-id.ts'
import { toEnvelope } from '../wire/to-envelope.ts'
import { isWorkflowName } from '../wire/workflow-name.ts'
import { attemptsInTrace, hasListedAttempts } from './attempts-in-trace.ts'
import { childrenInTrace } from './children-in-trace.ts'
import type { InspectionDependencies } from './inspection-dependencies.ts'
import { hasExactEnd, recordedStartOf } from './to-job-summary.ts'

/** Maximum number of an event's runs in a response of Inngest. */
const maxRuns = 40

/**
 * Reads a job with two requests: one for its runs, one for the trace of one run, which has the event. The trace is that
 * of the newest run whose attempts or steps the list of runs does not tell.
 */
export async function readJobDetails(id: string, inspected: InspectionDependencies): Promise<JobDetails | undefined> {
  if (!isEventId(id)) return undefined
  const { api, appId, clock, handlers } = inspected
  const query = { includeOutput: 'true', limit: maxRuns }
  const path = `/v2/events/${id}/runs`
  const page = await api.get<EnginePage<EngineRun>>(`read the runs of the job ${id}`, path, query)
  const runs = currentRuns((page?.data ?? []).toSorted((one, other) => (one.id < other.id ? -1 : 1)))
  const traced = runs.findLast((run) => !hasListedAttempts(run)) ?? runs.at(-1)
  const root = traced && (await readRootSpan(api, traced.id))
  // A trace of a server that has lost the event, or of another version, has no event.
  const event = eventIn(root, id, runs) ?? (await readEvent(id, inspected))
  if (!event) return readLater(id, inspected)

  const rootOf = (run: EngineRun) => (run === traced ? root : undefined)
  const subscribed = await handlers.forRuns(event, runs)
  if (handlers.isForgotten(event, runs, subscribed)) return undefined
  const status = toJobStatus({
    ...{ event, runs, subscribed, appId, now: clock.now(), offsetMs: api.offsetMs() },
    times: runs.map((run) => timesOf(run, rootOf(run))),
    workflows: runs.map((run) => workflowOf(run, rootOf(run), clock.now())),
  })
  const envelope = toEnvelope(event, id)
  const { sentAt, runAt = sentAt } = envelope
  const children = traced && isWorkflowName(traced.function.name) ? childrenInTrace(tracedSteps(root)) : undefined
  const hasStarts = runs.every((run) => hasExactStart(run, rootOf(run)))
  const hasEnds = runs.every((run) => hasExactEnd(run) || rootOf(run) !== undefined)
  const { startedAt, endedAt, ...rest } = status
  return {
    ...rest,
    ...(hasStarts && startedAt && { startedAt }),
    ...(hasEnds && endedAt && { endedAt }),
    ...sentDetailsOf(envelope),
    runs:
      runs.length === 0
        ? status.runs
        : runs.map((run, index) => toDetails(status.runs[index]!, run, rootOf(run), runAt)),
    ...(children && { children }),
  }
}

function toDetails(status: RunStatus, run: EngineRun, root: TraceSpan | undefined, runAt: number): RunDetails {
  if (!root && !hasListedAttempts(run)) {
    const { steps: _, startedAt, endedAt, ...rest } = status
    return {
      ...rest,
      ...(hasExactStart(run, root) && startedAt && { startedAt }),
      ...(hasExactEnd(run) && endedAt && { endedAt }),
    }
  }
  const dueAt = status.retryOf === undefined ? runAt : Date.parse(run.queuedAt)
  return { ...status, attemptHistory: attemptsInTrace(root, { run, status, dueAt }) }
}

/** Returns the event in the trace of one of its runs. */
function eventIn(root: TraceSpan | undefined, id: string, [first]: readonly EngineRun[]): EngineEvent | undefined {
  const events = Array.isArray(root?.input?.data) ? (root.input.data as readonly Partial<EngineEvent>[]) : []
  const [event] = events
  if (events.length !== 1 || typeof event?.name !== 'string' || !first) return undefined
  const { name, data, ts } = event
  return { internal_id: id, name, data, ...(ts !== undefined && { ts }), received_at: first.queuedAt }
}

async function readEvent(id: string, { api }: InspectionDependencies): Promise<EngineEvent | undefined> {
  // Inngest caches responses by URL, also 404s. A random parameter bypasses the cache.
  const r = Math.random().toString(36).slice(2)
  const answer = await api.get<{ data?: EngineEvent | null }>(`read the job ${id}`, `/v1/events/${id}`, { r })
  return answer?.data ?? undefined
}

/** Answers like a status for a job that Inngest does not show yet, and reads it once it is shown. */
async function readLater(id: string, inspected: InspectionDependencies): Promise<JobDetails | undefined> {
  const found = await inspected.reader.find(id)
  return !found || 'accepted' in found ? found?.accepted : readJobDetails(id, inspected)
}

function hasExactStart(run: EngineRun, root: TraceSpan | undefined): boolean {
  return run.status === 'QUEUED' || root !== undefined || recordedStartOf(run) !== undefined
}

/** Returns the times of a run: those of its trace, otherwise those of the list, which are not all exact. */
function timesOf(run: EngineRun, root: TraceSpan | undefined): RunTimes {
  if (run.status === 'QUEUED') return {}
  const { startedAt } = root ?? run
  const endedAt = run.status === 'RUNNING' ? undefined : root && !hasExactEnd(run) ? root.endedAt : run.endedAt
  return {
    ...(startedAt !== undefined && { startedAt: recordedStartOf(run) ?? Date.parse(startedAt) }),
    ...(endedAt !== undefined && { endedAt: Date.parse(endedAt) }),
  }
}

function workflowOf(run: EngineRun, root: TraceSpan | undefined, now: number): WorkflowFacts | undefined {
  if (!isWorkflowName(run.function.name)) return undefined
  const steps = tracedSteps(root)
  const isRunEnded = run.status !== 'QUEUED' && run.status !== 'RUNNING'
  const completed = completedInTrace(steps)
  const attempts = [...completed.values()].map(({ data }) => readStepRecord(data)?.runAttempt ?? 1)
  const parked = parkedRun(run, steps)
  const statuses = toStepStatuses(steps, { isRunEnded, isParked: parked !== undefined, now })
  return { ...beginIn(completed), steps: statuses, attempt: Math.max(1, ...attempts), parked }
}
