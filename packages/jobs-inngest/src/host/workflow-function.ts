import type { WorkflowDefinition } from '@cgk-platform/jobs-core'
import { type Outcome, pause, toErrorInfo } from '@cgk-platform/jobs-core/provider'
import type { InngestFunction } from 'inngest'

import type { CompletedRecord } from '../wire/attempt-record.ts'
import type { IncomingEvent } from '../wire/inngest-event.ts'
import { toWorkflowName } from '../wire/workflow-name.ts'
import { attemptsFor } from './attempts-for.ts'
import { functionOptions } from './function-options.ts'
import type { HostParts } from './host-parts.ts'
import { namedEvent } from './incoming-events.ts'
import { jobIdOf } from './job-id-of.ts'
import { dueAfter, mapOutcome } from './map-outcome.ts'
import { attemptPass, receivedAtOf } from './steps/attempt-pass.ts'
import { beganAt, codeAttemptIn, endedBefore } from './steps/code-attempts.ts'
import { type Pass, passField, passReader, untilOver } from './steps/pass.ts'
import type { StepToolsOfSdk } from './steps/sdk-tools.ts'
import type { EngineAttempt } from './steps/workflow-attempts.ts'

/** What Inngest tells the function of a workflow, as far as it is used. */
export interface PassContext {
  readonly event: IncomingEvent
  readonly runId: string
  /** Counted from 0. */
  readonly attempt: number
  readonly step: StepToolsOfSdk
  readonly [passField]: Pass
}

/** Inngest's most: how often a step is tried, and the code, is counted here. */
export const retries = 20

/** A workflow as an Inngest function, whose steps are Inngest's own; another one compensates the runs that Inngest gives up. */
export function createWorkflowFunction(definition: WorkflowDefinition, parts: HostParts): InngestFunction.Any {
  const { middleware = [], name = definition.id, ...options } = functionOptions(definition)
  const created = {
    ...options,
    id: definition.id,
    name: toWorkflowName(name),
    retries: retries as NonNullable<InngestFunction.Options['retries']>,
    triggers: [{ event: definition.event }],
    middleware: [...middleware, passReader],
  }
  const pass = (context: unknown): Promise<CompletedRecord> => makePass(definition, context as PassContext, parts)
  return parts.inngest.createFunction(created, pass)
}

/** Goes on with a run. In a pass that the SDK ends, because a step waits or is done elsewhere, this never settles. */
async function makePass(
  definition: WorkflowDefinition,
  context: PassContext,
  parts: HostParts,
): Promise<CompletedRecord> {
  const { clock, api, cancels } = parts
  const { runId, [passField]: pass } = context
  const event = namedEvent(context.event, definition.event)
  const jobId = await jobIdOf(event, runId, parts)
  const at: EngineAttempt = { jobId, runId, number: context.attempt, wanted: pass.wanted, before: endedBefore(pass) }
  const attempts = parts.attempts.begin(at)
  const begun = await attempts.ofCode()
  const told = begun.begins ?? codeAttemptIn(pass)
  const isFirst = at.number === 0 && pass.ended.size === 0 && pass.wanted === undefined
  const maxAttempts = attemptsFor(definition, event, { jobId, runId, attempt: isFirst ? 1 : 2 }, parts)
  // One attempt more than the code has is left to a step that may be what kills the process: then that has failed.
  const isSpent = told + (begun.crashes ?? 0) > maxAttempts + 1
  const attempt = isSpent ? maxAttempts + 1 : told
  const startedAt = clock.now()
  const later = { jobId, runId, receivedAt: receivedAtOf(event) }
  let isUncounted = false
  let failedStep: string | undefined
  const failedBy = (step: string | undefined): void => void (failedStep = step)
  const outcome = await cancels.during({ runId, jobId }, (signal) => {
    const attempted = async (): Promise<Outcome> => {
      const leftMs = (begun.dueAt ?? 0) - clock.now()
      if (leftMs > 0 && leftMs <= longestHoldMs) await pause(clock, leftMs)
      const isResumed = begun.begins === undefined && !isFirst
      const began = isResumed ? beganAt(pass, runId, attempt) : undefined
      const earlier = () => parts.earlier.of(later)
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
        ...{ jobId, runId, at, attempts, attempt, signal, isResumed, startedAt: began, pass, failedBy, earlier },
        sdk: context.step,
      }
      return attemptPass(definition, event, options, parts)
    }
    return Promise.race([attempted(), untilOver(pass)])
  })
  if (!outcome) return new Promise(() => undefined)
  const isMadeAgain = outcome.type === 'retry' || outcome.type === 'interrupted'
  const server = isMadeAgain ? await api.time() : { offsetMs: 0, roundTripMs: 0 }
  const due = dueAfter(outcome.type === 'retry' ? outcome.afterMs : 0, clock.now(), server)
  const made = isUncounted ? attempt - 1 : attempt
  if (outcome.type === 'retry') attempts.note({ base: at.number + 1, dueAt: due.at, code: made + 1 })
  if (outcome.type === 'interrupted') attempts.note({ base: at.number + 1, dueAt: due.at, code: attempt })
  const found = isUncounted ? undefined : parts.earlier.of(later)
  const origin = (await found?.catch(() => undefined))?.keyOrigin ?? runId
  const failed = outcome.type === 'failed' && failedStep !== undefined ? { failedStep } : {}
  const workflow = { base: at.number, engineAttempt: at.number, origin, ...failed }
  return mapOutcome(outcome, { attempt: made, maxAttempts, startedAt, due, workflow })
}

/** After a look that did not tell what the run has done that this one retries, or told that it is being compensated. */
const unknownPauseMs = 30_000
const longestUnknownMs = 3_600_000
/** The longest that an attempt is held back which Inngest begins too early. */
const longestHoldMs = 5000
