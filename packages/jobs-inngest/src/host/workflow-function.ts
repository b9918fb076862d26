import {
  type AttemptOptions,
  maxAttemptsOf,
  type Outcome,
  pause,
  runAttempt,
  type WorkflowDefinition,
} from '@cgk-platform/jobs-core'
import type { InngestFunction } from 'inngest'

import { endedInTrace } from '../read/ended-in-trace.ts'
import { readTrace } from '../read/run-trace.ts'
import { type CompletedRecord, readFailedRecord } from '../wire/attempt-record.ts'
import type { IncomingEvent } from '../wire/inngest-event.ts'
import { toEnvelope } from '../wire/to-envelope.ts'
import { toWorkflowName } from '../wire/workflow-name.ts'
import { attemptsFor } from './attempts-for.ts'
import { functionOptions } from './function-options.ts'
import { type HostParts, inngestLimits } from './host-parts.ts'
import { namedEvent } from './incoming-events.ts'
import { jobIdOf } from './job-id-of.ts'
import { dueAfter, mapOutcome } from './map-outcome.ts'
import { beganAt, codeAttemptIn } from './steps/code-attempts.ts'
import type { NativeStepParts } from './steps/native-step-parts.ts'
import { nativeSteps } from './steps/native-steps.ts'
import { type Pass, passField, passReader } from './steps/pass.ts'
import type { StepToolsOfSdk } from './steps/sdk-tools.ts'
import type { EngineAttempt } from './steps/workflow-attempts.ts'

/** What Inngest tells the function of a workflow, as far as it is used. */
interface PassContext {
  readonly event: IncomingEvent
  readonly runId: string
  /** Counted from 0. */
  readonly attempt: number
  readonly step: StepToolsOfSdk
  readonly [passField]: Pass
}

/** What Inngest tells of a run that failed, as far as it is used. */
interface FailureContext extends Pick<PassContext, 'step' | typeof passField> {
  readonly runId: string
  readonly attempt: number
  readonly event: {
    readonly data: { readonly run_id: string; readonly event: IncomingEvent; readonly error: unknown }
  }
}

/** Inngest's most: how often a step is tried, and the code, is counted here. */
const retries = 20

/** A workflow as an Inngest function, whose steps are Inngest's own. */
export function createWorkflowFunction(definition: WorkflowDefinition, parts: HostParts): InngestFunction.Any {
  const { middleware = [], name = definition.id, ...options } = functionOptions(definition)
  const created = {
    ...options,
    id: definition.id,
    name: toWorkflowName(name),
    retries: retries as NonNullable<InngestFunction.Options['retries']>,
    triggers: [{ event: definition.event }],
    middleware: [...middleware, passReader],
    onFailure: (context: unknown) => reportFailure(definition, context as FailureContext, parts),
  }
  const pass = (context: unknown): Promise<CompletedRecord> => makePass(definition, context as PassContext, parts)
  return parts.client.createFunction(created, pass)
}

/** Goes on with a run. In a pass that the SDK ends, because a step waits or is done elsewhere, this never settles. */
async function makePass(
  definition: WorkflowDefinition,
  context: PassContext,
  parts: HostParts,
): Promise<CompletedRecord> {
  const { clock, api, cancels, attempts } = parts
  const { runId, [passField]: pass } = context
  const event = namedEvent(context.event, definition.event)
  const jobId = await jobIdOf(event, runId, parts)
  const at: EngineAttempt = { jobId, runId, number: context.attempt }
  const begun = await attempts.ofCode(at)
  const attempt = begun.begins ?? codeAttemptIn(pass)
  const isFirst = at.number === 0 && pass.ended.size === 0 && pass.wanted === undefined
  const maxAttempts = attemptsFor(definition, event, { jobId, runId, attempt: isFirst ? 1 : 2 }, parts)
  const startedAt = clock.now()
  let failedStep: string | undefined
  const failedBy = (step: string | undefined): void => void (failedStep = step)
  const over = new Promise<undefined>((resolve) => {
    pass.over.addEventListener('abort', () => resolve(undefined), { once: true })
  })
  const outcome = await cancels.during({ runId, jobId }, (signal) => {
    const made = async (): Promise<Outcome> => {
      const leftMs = (begun.dueAt ?? 0) - clock.now()
      if (leftMs > 0 && leftMs <= longestHoldMs) await pause(clock, leftMs)
      const isResumed = begun.begins === undefined && !isFirst
      const began = isResumed ? beganAt(pass, runId, attempt) : undefined
      const options = { ...at, attempt, signal, isResumed, startedAt: began, pass, sdk: context.step, failedBy }
      return attemptPass(definition, event, options, parts)
    }
    return Promise.race([made(), over])
  })
  if (!outcome) return new Promise(() => undefined)
  const isMadeAgain = outcome.type === 'retry' || outcome.type === 'interrupted'
  const server = isMadeAgain ? await api.time() : { offsetMs: 0, roundTripMs: 0 }
  const due = dueAfter(outcome.type === 'retry' ? outcome.afterMs : 0, clock.now(), server)
  if (outcome.type === 'retry') attempts.note(at, { base: at.number + 1, dueAt: due.at, code: attempt + 1 })
  if (outcome.type === 'interrupted') attempts.note(at, { base: at.number + 1, dueAt: due.at, code: attempt })
  const found = parts.earlier.of({ jobId, runId, receivedAt: receivedAtOf(event) })
  const origin = (await found?.catch(() => undefined))?.keyOrigin ?? runId
  const failed = outcome.type === 'failed' && failedStep !== undefined ? { failedStep } : {}
  const workflow = { base: at.number, engineAttempt: at.number, origin, ...failed }
  return mapOutcome(outcome, { attempt, maxAttempts, startedAt, due, workflow })
}

/** The longest that an attempt is held back which Inngest begins too early. */
const longestHoldMs = 5000

/**
 * Inngest calls this after every failed run. Where we said that it failed, all is done; what is left are runs that Inngest
 * ended because the process had died or did not answer: their steps are undone here, by their traces.
 */
async function reportFailure(definition: WorkflowDefinition, context: FailureContext, parts: HostParts): Promise<void> {
  const { run_id: runId, error, event: given } = context.event.data
  const record = readFailedRecord(error)
  if (record && record.nextAttemptAt === undefined && record.workflow?.step === undefined) return
  const event = namedEvent(given, definition.event)
  const jobId = await jobIdOf(event, runId, parts)
  const maxAttempts = maxAttemptsOf(toEnvelope(event, jobId), definition, inngestLimits)
  const { [passField]: own } = context
  const ended = new Map([...endedInTrace(await readTrace(parts.api, runId)), ...own.ended])
  const pass: Pass = { ...own, ended }
  const at: EngineAttempt = { jobId, runId, number: 0 }
  const { signal } = new AbortController()
  const made = { ...at, attempt: maxAttempts + 1, signal, isResumed: false, pass, sdk: context.step }
  await attemptPass(definition, event, made, parts)
}

interface PassOptions
  extends
    EngineAttempt,
    Pick<AttemptOptions, 'attempt' | 'signal' | 'isResumed' | 'startedAt'>,
    Pick<NativeStepParts, 'failedBy'> {
  readonly pass: Pass
  readonly sdk: StepToolsOfSdk
}

function attemptPass(
  definition: WorkflowDefinition,
  event: IncomingEvent,
  { pass, sdk, number, failedBy, ...ids }: PassOptions,
  host: HostParts,
): Promise<Outcome> {
  const { clock, logger, hooks, jobClient: client, random, attempts } = host
  const { jobId, runId, attempt } = ids
  const envelope = toEnvelope(event, jobId)
  const { tenantId } = envelope
  const receivedAt = receivedAtOf(event)
  const steps = nativeSteps({
    ...{ host, sdk, pass, attempts, tenantId },
    at: { jobId, runId, number },
    runAttempt: attempt,
    earlier: () => host.earlier.of({ jobId, runId, receivedAt }),
    ...(failedBy && { failedBy }),
  })
  const options = { ...ids, clock, logger, hooks, client, random, limits: inngestLimits, steps }
  return runAttempt(definition, envelope, options)
}

/** By the engine's clock; a delayed one has the instant at which it shall run, and its run was made when it came. */
function receivedAtOf(event: IncomingEvent): number | undefined {
  const { runAt, sentAt } = toEnvelope(event, '')
  return runAt === undefined ? event.ts : sentAt
}
