import type { WorkflowDefinition } from '@cgk-platform/jobs-core'
import { maxAttemptsOf } from '@cgk-platform/jobs-core/provider'
import type { InngestFunction } from 'inngest'

import type { EngineRun } from '../api/engine-shapes.ts'
import { completedInTrace } from '../read/completed-in-trace.ts'
import { readFinalTrace } from '../read/final-trace.ts'
import { failuresInTrace } from '../read/failures-in-trace.ts'
import { isReportedFailure } from '../read/compensating-run.ts'
import { postEvents } from '../send/post-events.ts'
import type { IncomingEvent } from '../wire/inngest-event.ts'
import { sha1 } from '../wire/sha1.ts'
import { failureName, graceName, supersededName } from '../wire/step-names.ts'
import { type EndedStep, readStepRecord } from '../wire/step-record.ts'
import { toEnvelope } from '../wire/to-envelope.ts'
import { toCompensationMarker } from '../wire/compensation-marker.ts'
import { toWorkflowName } from '../wire/workflow-name.ts'
import { functionOptions } from './function-options.ts'
import { type HostDependencies, inngestLimits } from './host-dependencies.ts'
import { toTriggerEvent } from './to-trigger-event.ts'
import { jobIdOf } from './job-id-of.ts'
import { runReplay, receivedAtOf } from './steps/run-replay.ts'
import { progressOf } from './steps/code-attempts.ts'
import { type Replay, replayField, replayMiddleware, untilAnswered } from './steps/replay.ts'
import { type WorkflowContext, retries } from './workflow-function.ts'

/** What Inngest tells of a run that failed, as far as it is used. */
interface FailureContext extends Omit<WorkflowContext, 'event'> {
  readonly event: {
    readonly data: { readonly run_id: string; readonly event: IncomingEvent; readonly error: unknown }
  }
}

/** Ends the id of the function that compensates what runs of a workflow did: the one that the SDK's `onFailure` would have. */
export const compensatingSuffix = '-failure'

/**
 * For so long after the note that a run is compensated it is waited, until whoever is to go on with that run can see it: a run
 * that was begun before goes on with what was done, and one that begins after waits for the compensations.
 */
const graceMs = 3000

/**
 * The function that Inngest calls after every failed run of a workflow. Where we said that it failed, all is done; what is
 * left are runs that Inngest ended because the process had died or did not answer: their steps are compensated here, by their
 * traces. Not the SDK's `onFailure`, which Inngest tries twice at most, whatever the retries of a compensation.
 */
export function createCompensatingFunction(
  definition: WorkflowDefinition,
  host: HostDependencies,
): InngestFunction.Any {
  const { middleware = [], name = definition.id } = functionOptions(definition)
  const created = {
    id: `${definition.id}${compensatingSuffix}`,
    name: `${toWorkflowName(name)} (failure)`,
    retries: retries as NonNullable<InngestFunction.Options['retries']>,
    triggers: [
      { event: 'inngest/function.failed', if: `event.data.function_id == '${host.inngest.id}-${definition.id}'` },
    ],
    middleware: [...middleware, replayMiddleware],
  }
  const compensation = (context: unknown): Promise<void> => compensateRun(definition, context as FailureContext, host)
  return host.inngest.createFunction(created as never, compensation)
}

async function compensateRun(
  definition: WorkflowDefinition,
  context: FailureContext,
  host: HostDependencies,
): Promise<void> {
  const { run_id: runId, error, event: given } = context.event.data
  if (isReportedFailure(error)) return
  const event = toTriggerEvent(given, definition.event)
  const jobId = await jobIdOf(event, runId, host)
  const traced = await readFinalTrace(host.api, host.clock, runId)
  const { [replayField]: own } = context
  const ended = new Map<string, EndedStep>([...completedInTrace(traced), ...failuresInTrace(traced), ...own.ended])
  const isSuperseded = isCompensable(ended) && (await isTakenUp({ jobId, runId }, context, host))
  const pass: Replay = { ...own, ended }
  const at = {
    ...{ jobId, runId: context.runId, number: context.attempt, targetStep: own.targetStep },
    before: progressOf(own),
  }
  const attempts = host.attempts.begin(at)
  const maxAttempts = maxAttemptsOf(toEnvelope(event, jobId), definition, inngestLimits)
  const isResumed = context.attempt > 0 || own.ended.size > 0 || own.targetStep !== undefined
  const outcome = await host.cancels.watch({ runId: context.runId, jobId }, (signal) => {
    const earlier = () => host.retriedRuns.of({ jobId, runId, receivedAt: receivedAtOf(event) })
    const ids = { jobId, runId, at, attempts, attempt: maxAttempts + 1 }
    const made = { ...ids, signal, isResumed, pass, sdk: context.step, isSuperseded, earlier }
    return Promise.race([runReplay(definition, event, made, host), untilAnswered(own)])
  })
  if (!outcome) return new Promise(() => undefined)
  // That the run has failed is what it comes to; all else is made again.
  if (outcome.type !== 'failed' && outcome.type !== 'cancelled') {
    throw new Error(`What the run ${runId} did is not compensated yet (${outcome.type}).`)
  }
}

function isCompensable(ended: ReadonlyMap<string, EndedStep>): boolean {
  const records = [...ended.values()].map((step) => (step.type === 'data' ? readStepRecord(step.data) : undefined))
  return ended.has(sha1(failureName.id)) || records.some((record) => record?.compensable !== undefined)
}

/** Says that the run is compensated from now on, unless somebody had it made again before. */
async function isTakenUp(
  { jobId, runId }: { readonly jobId: string; readonly runId: string },
  { step, runId: compensatedBy, [replayField]: own }: FailureContext,
  { api, inngest, clock }: HostDependencies,
): Promise<boolean> {
  if (!own.ended.has(sha1(graceName.id))) {
    const { event, seed } = toCompensationMarker(runId, compensatedBy)
    const [posted] = await postEvents(inngest, clock, [event], seed)
    if (!posted!.ok) throw new Error(`That the run ${runId} is compensated was not taken: ${posted!.refusal.message}.`)
  }
  await step.sleep(graceName, graceMs)
  const isSuperseded = await step.run(supersededName, async () => {
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
