import type { WorkflowDefinition } from '@cgk-platform/jobs-core'
import { bindLogger, type Outcome, pause, toErrorInfo } from '@cgk-platform/jobs-core/provider'
import type { InngestFunction } from 'inngest'

import type { CompletedRecord } from '../wire/attempt-record.ts'
import { toFunctionId } from '../wire/function-id.ts'
import type { IncomingEvent } from '../wire/inngest-event.ts'
import { sha1 } from '../wire/sha1.ts'
import { versionName } from '../wire/step-names.ts'
import { readStepRecord } from '../wire/step-record.ts'
import { toWorkflowName } from '../wire/workflow-name.ts'
import { resolveMaxAttempts } from './resolve-max-attempts.ts'
import { functionOptions } from './function-options.ts'
import type { HostDependencies } from './host-dependencies.ts'
import { toTriggerEvent } from './to-trigger-event.ts'
import { triggersOf } from './triggers-of.ts'
import { holdRun, holdUndecoded } from './hold-run.ts'
import { jobIdOf } from './job-id-of.ts'
import { dueAfter, mapOutcome } from './map-outcome.ts'
import { restartRun } from './restart-run.ts'
import { runReplay, receivedAtOf } from './steps/run-replay.ts'
import { codeStartedAt, codeAttemptOf, progressOf } from './steps/code-attempts.ts'
import { type Parked, retries, retriesOf, throwParked, toParkedOutcome } from './steps/park-request.ts'
import { type ReplayRequest, replayField, untilAnswered, workflowMiddleware } from './steps/replay-request.ts'
import type { RetriedRun } from './steps/retried-run.ts'
import type { EngineAttempt, RequestParking } from './steps/workflow-attempts.ts'

/** The parts of a workflow function's context that this package uses. */
export interface WorkflowContext {
  readonly event: IncomingEvent
  readonly runId: string
  /** Counted from 0. */
  readonly attempt: number
  readonly [replayField]: ReplayRequest
}

/**
 * Creates the Inngest function of a workflow, with Inngest's own steps. Another function compensates runs that Inngest
 * fails.
 */
export function createWorkflowFunction(definition: WorkflowDefinition, host: HostDependencies): InngestFunction.Any {
  const { middleware = [], name = definition.id, ...options } = functionOptions(definition)
  const created = {
    ...options,
    id: toFunctionId(definition.id),
    name: toWorkflowName(name),
    retries: retries as NonNullable<InngestFunction.Options['retries']>,
    triggers: triggersOf(definition, host.inngest),
    middleware: [...middleware, workflowMiddleware],
  }
  const handler = (context: unknown): Promise<CompletedRecord> =>
    replayWorkflow(definition, context as WorkflowContext, host)
  return host.inngest.createFunction(created, handler)
}

/** Continues a run. Never settles if the SDK ends the request because a step waits or runs in another request. */
async function replayWorkflow(
  definition: WorkflowDefinition,
  context: WorkflowContext,
  host: HostDependencies,
): Promise<CompletedRecord> {
  const { clock, api, cancels } = host
  const { runId, [replayField]: request } = context
  const event = toTriggerEvent(context.event, definition.event)
  const heldWorkflow = { ...request, id: definition.id, number: context.attempt }
  const held = holdRun(event, request, host, heldWorkflow)
  if (held) return held
  const jobId = await jobIdOf(event, runId, host)
  const engineAttempt: EngineAttempt = {
    jobId,
    runId,
    number: context.attempt,
    targetStep: request.targetStep,
    progress: progressOf(request),
  }
  const attempts = host.attempts.begin(engineAttempt)
  const codeAttempt = await attempts.ofCode()
  const counted = codeAttempt.starting ?? codeAttemptOf(request)
  const isFirst = engineAttempt.number === 0 && request.ended.size === 0 && request.targetStep === undefined
  const maxAttempts = resolveMaxAttempts(definition, event, { jobId, runId, attempt: isFirst ? 1 : 2 }, host)
  // One additional attempt is for a step that possibly crashes the process, so that the step fails and not the code.
  const isExhausted = counted + (codeAttempt.crashes ?? 0) > maxAttempts + 1
  const attempt = isExhausted ? maxAttempts + 1 : counted
  const startedAt = clock.now()
  const run = { jobId, runId, receivedAt: receivedAtOf(event) }
  let isUncounted = false
  let failedStep: string | undefined
  let parked: Parked | undefined
  let parking: RequestParking = {}
  const reportFailedStep = (step: string | undefined): void => void (failedStep = step)
  /** Set if the run ends without an output: it was restarted, or does nothing. */
  let ended: CompletedRecord | undefined
  const outcome = await cancels.watch({ runId, jobId }, (signal) => {
    const replay = async (): Promise<Outcome> => {
      const leftMs = (codeAttempt.dueAt ?? 0) - clock.now()
      if (leftMs > 0 && leftMs <= maxHoldMs) await pause(clock, leftMs)
      const isResumed = codeAttempt.starting === undefined && !isFirst
      const codeStart = isResumed ? (codeStartedAt(request, runId, attempt) ?? startedAt) : undefined
      const retriedRun = () => host.retriedRuns.of(run)
      // Read before the code runs, because the code could catch the error. A failed read must not repeat completed
      // steps.
      let before: RetriedRun | undefined
      const readError = await Promise.resolve(retriedRun()).then(
        (read) => void (before = read),
        (error: unknown) => toErrorInfo(error),
      )
      if (readError) {
        isUncounted = true
        return {
          type: 'retry',
          afterMs: Math.min(readRetryMs * 2 ** engineAttempt.number, maxReadRetryMs),
          error: readError,
        }
      }
      if (before?.isDuplicate) {
        ended = { attempt, startedAt, isDuplicate: true }
        return { type: 'cancelled' }
      }
      parking = await attempts.ofParking()
      const options = {
        ...{
          jobId,
          runId,
          engineAttempt,
          attempts,
          attempt,
          signal,
          startedAt: codeStart,
          request,
          reportFailedStep,
          reportParked: (given: Parked) => void (parked = given),
          parkedSince: parking.since,
          retriedRun,
          restart: before?.restart,
        },
        sdk: request.sdk,
        suspended: request.answered,
      }
      const replayed = await runReplay(definition, event, options, host)
      if (replayed.type !== 'restarted') return replayed
      const { type: _, ...begins } = replayed
      const restart = { ...begins, count: (before?.restart?.count ?? restartsOf(request)) + 1 }
      const restarting = await restartRun(run, restart, host).catch((error: unknown) => {
        bindLogger(host.logger, { jobId, runId }).warn(restartFailed, { error: toErrorInfo(error) })
      })
      if (!restarting) return { type: 'interrupted' }
      ended = { attempt, startedAt, maxAttempts, restart: restarting }
      return replayed
    }
    return Promise.race([replay(), untilAnswered(request)])
  })
  if (!outcome) return new Promise(() => undefined)
  if (ended) return ended
  if (outcome.type === 'interrupted' && outcome.againAt !== undefined)
    return holdUndecoded(event, request, host, heldWorkflow)
  const madeAttempt = isUncounted ? attempt - 1 : attempt
  const found = isUncounted ? undefined : host.retriedRuns.of(run)
  const origin = (await found?.catch(() => undefined))?.keyOrigin ?? runId
  const failed = outcome.type === 'failed' && failedStep !== undefined ? { failedStep } : {}
  const workflow = { base: engineAttempt.number, engineAttempt: engineAttempt.number, origin, ...failed }
  if (parked) {
    const waits = toParkedOutcome(parked, retriesOf(engineAttempt.number, parking, maxAttempts), clock.now())
    return throwParked(waits, parked, { ...engineAttempt, attempt: madeAttempt, maxAttempts, workflow }, host)
  }
  const isRetried = outcome.type === 'retry' || outcome.type === 'interrupted'
  const server = isRetried ? await api.time() : { offsetMs: 0, roundTripMs: 0 }
  const due = dueAfter(outcome.type === 'retry' ? outcome.afterMs : 0, clock.now(), server)
  if (outcome.type === 'retry')
    attempts.record({ base: engineAttempt.number + 1, dueAt: due.at, code: madeAttempt + 1 })
  if (outcome.type === 'interrupted') attempts.record({ base: engineAttempt.number + 1, dueAt: due.at, code: attempt })
  return mapOutcome(outcome, { attempt: madeAttempt, maxAttempts, startedAt, due, workflow })
}

const restartFailed = 'Could not start the run that continues a restarted one. Inngest calls this one again.'

/** Returns how often `step.restart` began the run again, from its own steps. */
function restartsOf({ ended }: ReplayRequest): number {
  const begin = ended.get(sha1(versionName.id))
  return (begin?.type === 'data' && readStepRecord(begin.data)?.restart?.count) || 0
}

/**
 * First delay after the retried run could not be read, or while it is being compensated. It doubles with each attempt.
 */
const readRetryMs = 30_000
const maxReadRetryMs = 3_600_000
/** Maximum delay of an attempt that Inngest starts too early. */
const maxHoldMs = 5000
