import type { Definition } from '@cgk-platform/jobs-core'
import {
  type AttemptHost,
  type AttemptOptions,
  maxAttemptsOf,
  type Outcome,
  runAttempt,
} from '@cgk-platform/jobs-core/provider'
import type { InngestFunction, Middleware } from 'inngest'

import { type CompletedRecord, readFailedRecord } from '../wire/attempt-record.ts'
import type { IncomingEvent } from '../wire/inngest-event.ts'
import { toFunctionId } from '../wire/function-id.ts'
import { toEnvelope } from '../wire/to-envelope.ts'
import { resolveMaxAttempts } from './resolve-max-attempts.ts'
import { functionOptions } from './function-options.ts'
import { triggersOf } from './triggers-of.ts'
import { type HostDependencies, inngestLimits } from './host-dependencies.ts'
import { toTriggerEvent } from './to-trigger-event.ts'
import { holdRun, holdUndecoded } from './hold-run.ts'
import { jobIdOf } from './job-id-of.ts'
import { dueAfter, mapOutcome } from './map-outcome.ts'
import { retriedAtOf } from './retried-at-of.ts'
import { failedStepMiddleware } from './steps/failed-step-middleware.ts'
import { type ReplayRequest, replayField, replayMiddleware } from './steps/replay-request.ts'
import { createTickHost } from './tick-host.ts'

/** The parts of a function's context that this package uses. */
interface FunctionContext {
  readonly event: IncomingEvent
  readonly runId: string
  /** Counted from 0. */
  readonly attempt: number
  readonly [replayField]: ReplayRequest
}

/** The parts of the `onFailure` context that this package uses. */
interface FailureContext {
  readonly event: {
    readonly data: { readonly run_id: string; readonly event: IncomingEvent; readonly error: unknown }
  }
}

/** Creates the Inngest function that runs a definition for an event. */
export function createJobFunction(definition: Definition, event: string, host: HostDependencies): InngestFunction.Any {
  const named = (given: IncomingEvent): IncomingEvent => toTriggerEvent(given, event)
  const onFailure = definition.onFailure && {
    onFailure: ({ event: { data } }: FailureContext) =>
      reportFailure(definition, { ...data, event: named(data.event) }, host),
  }
  const { middleware = [], ...options } = functionOptions(definition)
  return host.inngest.createFunction(
    {
      ...{
        name: definition.id,
        ...options,
        ...onFailure,
        id: toFunctionId(definition.id),
        triggers: triggersOf(definition, host.inngest),
      },
      middleware: [...middleware, replayMiddleware] as Middleware.Class[],
    },
    (context: FunctionContext) => attemptRun(definition, { ...context, event: named(context.event) }, host),
  )
}

async function attemptRun(
  definition: Definition,
  context: FunctionContext,
  host: HostDependencies,
): Promise<CompletedRecord> {
  const { clock, api, cancels, dueTimes } = host
  const { event, runId, [replayField]: request } = context
  const held = holdRun(event, request, host)
  if (held) return held
  const attempt = context.attempt + 1
  // The handler may use the SDK's own steps. Inngest then calls it again, from its start, when a step has ended, and
  // for each of several parallel steps.
  const isResumed = context.attempt === 0 && (request.ended.size > 0 || request.targetStep !== undefined)
  const jobId = await jobIdOf(event, runId, host)
  const maxAttempts = resolveMaxAttempts(definition, event, { jobId, runId, attempt }, host)
  let startedAt = clock.now()
  const outcome = await cancels.watch({ runId, jobId }, async (cancelled) => {
    const signal = AbortSignal.any([cancelled, request.answered])
    await dueTimes.waitUntilDue({ jobId, runId, attempt, signal })
    startedAt = clock.now()
    const replay = isResumed ? { startedAt } : undefined
    return makeAttempt(definition, event, { jobId, runId, attempt, signal, replay }, host)
  })
  if (outcome.type === 'suspended') return new Promise(() => undefined) // the request has been answered
  if (outcome.type === 'interrupted' && outcome.againAt !== undefined) return holdUndecoded(event, request, host)
  const isRetried = outcome.type === 'retry' || outcome.type === 'interrupted'
  const server = isRetried ? await api.time() : { offsetMs: 0, roundTripMs: 0 }
  const due = dueAfter(outcome.type === 'retry' ? outcome.afterMs : 0, clock.now(), server)
  if (outcome.type === 'retry') dueTimes.record(runId, attempt + 1, due.at)
  return mapOutcome(outcome, { attempt, maxAttempts, startedAt, due })
}

/**
 * Calls `onFailure` for a run that Inngest failed after a crash or because the app did not respond. Inngest calls this
 * after every failed run; when the handler failed, its last attempt has already called `onFailure`.
 */
async function reportFailure(
  definition: Definition,
  { event, run_id: runId, error }: FailureContext['event']['data'],
  host: HostDependencies,
): Promise<void> {
  const record = readFailedRecord(error)
  if (record && record.nextAttemptAt === undefined) return
  const jobId = await jobIdOf(event, runId, host)
  const attempt = maxAttemptsOf(toEnvelope(event, jobId), definition, inngestLimits) + 1
  const { signal } = new AbortController()
  await makeAttempt(definition, event, { jobId, runId, attempt, signal }, host)
}

type AttemptIds = Pick<AttemptOptions, 'jobId' | 'runId' | 'attempt'>

function makeAttempt(
  definition: Definition,
  event: IncomingEvent,
  ids: AttemptIds & Pick<AttemptOptions, 'signal' | 'replay'>,
  host: HostDependencies,
): Promise<Outcome> {
  const tickHost: AttemptHost['tickHost'] = (cron, tick) => createTickHost(cron, tick, host)
  const middleware = [...(host.middleware ?? []), failedStepMiddleware]
  const retriedAt = retriedAtOf(definition, ids.runId)
  return runAttempt(definition, toEnvelope(event, ids.jobId), {
    host: { ...host, middleware, tickHost, hasEngineSpan: true },
    ...ids,
    retriedAt,
    onLeftRunning: undefined, // Inngest's slot ends with the response
  })
}
