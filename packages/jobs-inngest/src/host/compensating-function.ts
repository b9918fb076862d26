import type { WorkflowDefinition } from '@cgk-platform/jobs-core'
import { maxAttemptsOf } from '@cgk-platform/jobs-core/provider'
import type { InngestFunction } from 'inngest'

import type { EngineRun } from '../api/engine-shapes.ts'
import { completedInTrace } from '../read/completed-in-trace.ts'
import { readFinalTrace } from '../read/final-trace.ts'
import { failuresInTrace } from '../read/failures-in-trace.ts'
import { isReportedFailure } from '../read/compensating-run.ts'
import { toFunctionId } from '../wire/function-id.ts'
import type { IncomingEvent } from '../wire/inngest-event.ts'
import { sha1 } from '../wire/sha1.ts'
import { failureName, graceName, readStepName, supersededName } from '../wire/step-names.ts'
import { type EndedStep, readStepRecord } from '../wire/step-record.ts'
import { toEnvelope } from '../wire/to-envelope.ts'
import { toCompensationMarker } from '../wire/compensation-marker.ts'
import { toWorkflowName } from '../wire/workflow-name.ts'
import { functionOptions } from './function-options.ts'
import { type HostDependencies, inngestLimits } from './host-dependencies.ts'
import { toTriggerEvent } from './to-trigger-event.ts'
import { holdRun, holdUndecoded } from './hold-run.ts'
import { jobIdOf } from './job-id-of.ts'
import { runReplay, receivedAtOf } from './steps/run-replay.ts'
import { progressOf } from './steps/code-attempts.ts'
import { type Parked, retries, retriesOf, throwParked, toParkedOutcome } from './steps/park-request.ts'
import { type ReplayRequest, replayField, untilAnswered, workflowMiddleware } from './steps/replay-request.ts'
import type { WorkflowContext } from './workflow-function.ts'

/** The parts of the failure event's context that this package uses. */
interface FailureContext extends Omit<WorkflowContext, 'event'> {
  readonly event: {
    readonly data: { readonly run_id: string; readonly event: IncomingEvent; readonly error: unknown }
  }
}

/** The suffix of the id of a workflow's compensating function. The SDK would use the same for `onFailure`. */
export const compensatingSuffix = '-failure'

/**
 * Delay between the marker event of a compensation and its first step, until retries of the run can see the marker. A
 * retry that started before it reuses the run's steps; a retry that starts later waits for the compensations.
 */
const graceMs = 3000

/**
 * Creates the function that Inngest calls after every failed run of a workflow. It does nothing if this library
 * reported the failure. Otherwise Inngest failed the run after a crash or because the app did not respond, and this
 * function compensates the steps in the run's trace. The SDK's `onFailure` is not used: Inngest tries it at most twice,
 * regardless of the retries of a compensation.
 */
export function createCompensatingFunction(
  definition: WorkflowDefinition,
  host: HostDependencies,
): InngestFunction.Any {
  const { middleware = [], name = definition.id } = functionOptions(definition)
  const functionId = toFunctionId(definition.id)
  const created = {
    id: `${functionId}${compensatingSuffix}`,
    name: `${toWorkflowName(name)} (failure)`,
    retries: retries as NonNullable<InngestFunction.Options['retries']>,
    triggers: [
      { event: 'inngest/function.failed', if: `event.data.function_id == '${host.inngest.id}-${functionId}'` },
    ],
    middleware: [...middleware, workflowMiddleware],
  }
  const handler = (context: unknown): Promise<void> => compensateRun(definition, context as FailureContext, host)
  return host.inngest.createFunction(created as never, handler)
}

async function compensateRun(
  definition: WorkflowDefinition,
  context: FailureContext,
  host: HostDependencies,
): Promise<void> {
  const { run_id: runId, error, event: failedEvent } = context.event.data
  if (isReportedFailure(error)) return
  const event = toTriggerEvent(failedEvent, definition.event)
  const jobId = await jobIdOf(event, runId, host)
  const traced = await readFinalTrace(host.api, host.clock, runId)
  const { [replayField]: ownRequest } = context
  // The failed run may also have waited for other code. The time of its compensation counts from 0.
  const steps = traced.filter(({ name, hashedId }) => readStepName(name, hashedId).part !== 'parked')
  const ended = new Map<string, EndedStep>([...completedInTrace(steps), ...failuresInTrace(steps), ...ownRequest.ended])
  const heldWorkflow = { ended, id: definition.id, number: context.attempt }
  const held = holdRun(event, ownRequest, host, heldWorkflow)
  if (held) return held
  const isSuperseded = isCompensable(ended) && (await isRetriedElsewhere({ jobId, runId }, context, host))
  const request: ReplayRequest = { ...ownRequest, ended }
  const engineAttempt = {
    ...{ jobId, runId: context.runId, number: context.attempt, targetStep: ownRequest.targetStep },
    progress: progressOf(ownRequest),
  }
  const attempts = host.attempts.begin(engineAttempt)
  const maxAttempts = maxAttemptsOf(toEnvelope(event, jobId), definition, inngestLimits)
  const isResumed = context.attempt > 0 || ownRequest.ended.size > 0 || ownRequest.targetStep !== undefined
  const retriedRun = () => host.retriedRuns.of({ jobId, runId, receivedAt: receivedAtOf(event) })
  const before = await retriedRun() // a failed read must not end the compensation
  let parked: Parked | undefined
  const waiting = await attempts.ofParking()
  const parking = {
    reportParked: (given: Parked) => void (parked = given),
    parkedSince: waiting.since,
  }
  const outcome = await host.cancels.watch({ runId: context.runId, jobId }, (signal) => {
    const ids = { jobId, runId, engineAttempt, attempts, attempt: maxAttempts + 1 }
    const startedAt = isResumed ? host.clock.now() : undefined
    const options = {
      ...ids,
      ...parking,
      signal,
      startedAt,
      request,
      isSuperseded,
      retriedRun,
      restart: before?.restart,
    }
    const replayed = runReplay(
      definition,
      event,
      { ...options, sdk: request.sdk, suspended: ownRequest.answered },
      host,
    )
    return Promise.race([replayed, untilAnswered(ownRequest)])
  })
  if (!outcome) return new Promise(() => undefined)
  if (parked) {
    const waits = toParkedOutcome(parked, retriesOf(context.attempt, waiting, maxAttempts), host.clock.now())
    await throwParked(waits, parked, { ...engineAttempt, attempt: maxAttempts, maxAttempts }, host)
  }
  if (outcome.type === 'interrupted' && outcome.againAt !== undefined)
    return holdUndecoded(event, ownRequest, host, heldWorkflow)
  // The expected outcome is that the run failed. Any other outcome is retried.
  if (outcome.type !== 'failed' && outcome.type !== 'cancelled') {
    throw new Error(`The run ${runId} is not compensated yet (${outcome.type}).`)
  }
}

function isCompensable(ended: ReadonlyMap<string, EndedStep>): boolean {
  const records = [...ended.values()].map((step) => (step.type === 'data' ? readStepRecord(step.data) : undefined))
  return ended.has(sha1(failureName.id)) || records.some((record) => record?.compensable !== undefined)
}

/** Sends the marker that the run is being compensated. Returns true if another run retries it already. */
async function isRetriedElsewhere(
  { jobId, runId }: { readonly jobId: string; readonly runId: string },
  { runId: compensatedBy, [replayField]: ownRequest }: FailureContext,
  { api, postEvents }: HostDependencies,
): Promise<boolean> {
  if (!ownRequest.ended.has(sha1(graceName.id))) {
    const { event, seed } = toCompensationMarker(runId, compensatedBy)
    const [posted] = await postEvents([event], seed)
    if (!posted!.ok) throw new Error(`Could not mark the run ${runId} as compensated: ${posted!.refusal.message}.`)
  }
  await ownRequest.sdk.sleep(graceName, graceMs)
  const isSuperseded = await ownRequest.sdk.run(supersededName, async () => {
    const query = { limit: 40 }
    const runs = await api.list<EngineRun>(`read the runs of the job ${jobId}`, `/v2/events/${jobId}/runs`, query)
    const failed = runs.find(({ id }) => id === runId)
    return runs.some(
      ({ id, app, function: { id: functionId } }) =>
        id > runId && app.id === failed?.app.id && functionId === failed.function.id,
    )
  })
  return isSuperseded === true
}
