import type { WorkflowDefinition } from '@cgk-platform/jobs-core'
import { type Outcome, pause, toErrorInfo } from '@cgk-platform/jobs-core/provider'
import type { InngestFunction } from 'inngest'

import type { CompletedRecord } from '../wire/attempt-record.ts'
import type { IncomingEvent } from '../wire/inngest-event.ts'
import { toWorkflowName } from '../wire/workflow-name.ts'
import { resolveMaxAttempts } from './resolve-max-attempts.ts'
import { functionOptions } from './function-options.ts'
import type { HostDependencies } from './host-dependencies.ts'
import { toTriggerEvent } from './to-trigger-event.ts'
import { jobIdOf } from './job-id-of.ts'
import { dueAfter, mapOutcome } from './map-outcome.ts'
import { runReplay, receivedAtOf } from './steps/run-replay.ts'
import { codeStartedAt, codeAttemptOf, progressOf } from './steps/code-attempts.ts'
import { type Replay, replayField, replayMiddleware, untilAnswered } from './steps/replay.ts'
import type { SdkStepTools } from './steps/sdk-tools.ts'
import type { EngineAttempt } from './steps/workflow-attempts.ts'

/** What Inngest tells the function of a workflow, as far as it is used. */
export interface WorkflowContext {
  readonly event: IncomingEvent
  readonly runId: string
  /** Counted from 0. */
  readonly attempt: number
  readonly step: SdkStepTools
  readonly [replayField]: Replay
}

/** Inngest's most: how often a step is tried, and the code, is counted here. */
export const retries = 20

/** A workflow as an Inngest function, whose steps are Inngest's own; another one compensates the runs that Inngest gives up. */
export function createWorkflowFunction(definition: WorkflowDefinition, host: HostDependencies): InngestFunction.Any {
  const { middleware = [], name = definition.id, ...options } = functionOptions(definition)
  const created = {
    ...options,
    id: definition.id,
    name: toWorkflowName(name),
    retries: retries as NonNullable<InngestFunction.Options['retries']>,
    triggers: [{ event: definition.event }],
    middleware: [...middleware, replayMiddleware],
  }
  const pass = (context: unknown): Promise<CompletedRecord> =>
    replayWorkflow(definition, context as WorkflowContext, host)
  return host.inngest.createFunction(created, pass)
}

/** Goes on with a run. In a pass that the SDK ends, because a step waits or is done elsewhere, this never settles. */
async function replayWorkflow(
  definition: WorkflowDefinition,
  context: WorkflowContext,
  host: HostDependencies,
): Promise<CompletedRecord> {
  const { clock, api, cancels } = host
  const { runId, [replayField]: pass } = context
  const event = toTriggerEvent(context.event, definition.event)
  const jobId = await jobIdOf(event, runId, host)
  const at: EngineAttempt = {
    jobId,
    runId,
    number: context.attempt,
    targetStep: pass.targetStep,
    before: progressOf(pass),
  }
  const attempts = host.attempts.begin(at)
  const begun = await attempts.ofCode()
  const told = begun.begins ?? codeAttemptOf(pass)
  const isFirst = at.number === 0 && pass.ended.size === 0 && pass.targetStep === undefined
  const maxAttempts = resolveMaxAttempts(definition, event, { jobId, runId, attempt: isFirst ? 1 : 2 }, host)
  // One attempt more than the code has is left to a step that may be what kills the process: then that has failed.
  const isSpent = told + (begun.crashes ?? 0) > maxAttempts + 1
  const attempt = isSpent ? maxAttempts + 1 : told
  const startedAt = clock.now()
  const later = { jobId, runId, receivedAt: receivedAtOf(event) }
  let isUncounted = false
  let failedStep: string | undefined
  const reportFailedStep = (step: string | undefined): void => void (failedStep = step)
  const outcome = await cancels.watch({ runId, jobId }, (signal) => {
    const attempted = async (): Promise<Outcome> => {
      const leftMs = (begun.dueAt ?? 0) - clock.now()
      if (leftMs > 0 && leftMs <= longestHoldMs) await pause(clock, leftMs)
      const isResumed = begun.begins === undefined && !isFirst
      const began = isResumed ? codeStartedAt(pass, runId, attempt) : undefined
      const earlier = () => host.retriedRuns.of(later)
      // Before the code, which could catch it. Nothing is done anew because nobody tells what was done.
      const unknown = await Promise.resolve(earlier()).then(
        () => undefined,
        (error: unknown) => toErrorInfo(error),
      )
      if (unknown) {
        isUncounted = true
        return { type: 'retry', afterMs: Math.min(unknownPauseMs * 2 ** at.number, longestUnknownMs), error: unknown }
      }
      const options = {
        ...{
          jobId,
          runId,
          at,
          attempts,
          attempt,
          signal,
          isResumed,
          startedAt: began,
          pass,
          reportFailedStep,
          earlier,
        },
        sdk: context.step,
      }
      return runReplay(definition, event, options, host)
    }
    return Promise.race([attempted(), untilAnswered(pass)])
  })
  if (!outcome) return new Promise(() => undefined)
  const isMadeAgain = outcome.type === 'retry' || outcome.type === 'interrupted'
  const server = isMadeAgain ? await api.time() : { offsetMs: 0, roundTripMs: 0 }
  const due = dueAfter(outcome.type === 'retry' ? outcome.afterMs : 0, clock.now(), server)
  const made = isUncounted ? attempt - 1 : attempt
  if (outcome.type === 'retry') attempts.note({ base: at.number + 1, dueAt: due.at, code: made + 1 })
  if (outcome.type === 'interrupted') attempts.note({ base: at.number + 1, dueAt: due.at, code: attempt })
  const found = isUncounted ? undefined : host.retriedRuns.of(later)
  const origin = (await found?.catch(() => undefined))?.keyOrigin ?? runId
  const failed = outcome.type === 'failed' && failedStep !== undefined ? { failedStep } : {}
  const workflow = { base: at.number, engineAttempt: at.number, origin, ...failed }
  return mapOutcome(outcome, { attempt: made, maxAttempts, startedAt, due, workflow })
}

/** After a look that did not tell what the run has done that this one retries, or told that it is being compensated. */
const unknownPauseMs = 30_000
const longestUnknownMs = 3_600_000
/** The longest that an attempt is held back which Inngest begins too dueTimes. */
const longestHoldMs = 5000
