import { AttemptsExhaustedError, type Definition, JobCancelledError } from '@cgk-platform/jobs-core'
import {
  type Json,
  type AttemptOptions,
  bindLogger,
  type WireEnvelope,
  type Clock,
  maxAttemptsOf,
  type Outcome,
  runAttempt,
  toErrorInfo,
} from '@cgk-platform/jobs-core/provider'

import type { RunPayload } from '../wire/payload.ts'
import type { AttemptRecord } from '../wire/run-record.ts'
import type { AttemptOf } from './attempt-failure.ts'
import { attemptPasses, type PassesParts } from '../workflows/attempt-passes.ts'
import { tellSender } from '../workflows/tell-waits.ts'
import { type HostParts, triggerLimits } from './host-parts.ts'
import { mapOutcome, toFailed } from './map-outcome.ts'
import { noteAttempt, readOwnRecord, writeRecord } from './note-attempt.ts'
import { limitsFor } from './requeues.ts'
import type { RunContext } from './run-context.ts'
import { createTickHost } from './tick-host.ts'
import { untilDue } from './until-due.ts'

/** How many attempts past the last there are to end a run: its `onFailure` may take the process along, too. */
const mostEndings = 3

/**
 * Makes one attempt of a definition's run.
 *
 * @param beside - what has to end before the run does, or is put aside to wait
 * @returns what the run's output is to be
 * @throws {AttemptFailure} when the attempt failed, and says what is to become of the run.
 */
export async function attemptRun(
  definition: Definition,
  given: RunPayload,
  { ctx, signal }: RunContext,
  parts: HostParts,
  beside?: Promise<void>,
): Promise<Json | undefined> {
  await untilDue(readOwnRecord(), signal, parts.clock)
  const payload = { ...given, envelope: limitedBy(given.envelope, definition, ctx) }
  const begun = recordOf(definition, payload.envelope, ctx, parts.clock)
  if (ctx.attempt.number > begun.maxAttempts + mostEndings)
    throw endWithoutWord(begun, { definition, payload }, ctx, parts)
  // A workflow tells of its attempt together with its steps.
  const end = definition.kind === 'workflow' ? writeRecord : noteAttempt(begun, parts.clock)
  const outcome = await duringRun(signal, payload.jobId, (own) => {
    const limits = limitsFor(ctx.attempt.number, begun)
    const of = { runId: ctx.run.id, attempt: ctx.attempt.number, signal: own, limits }
    return makeAttempt(definition, payload, of, parts, { begun, beside })
  })
  if (outcome.type !== 'retry') await tellSender(payload.envelope, payload.jobId, parts)
  await beside
  const { record, output, thrown } = mapOutcome(outcome, begun, { definition, payload }, parts.clock.now())
  await end(record)
  if (thrown) throw thrown
  return output
}

/** Ends a run whose definition was told of its end often enough, and took the process along each time. */
function endWithoutWord(begun: AttemptRecord, of: AttemptOf, { run }: RunContext['ctx'], parts: HostParts): Error {
  const { maxAttempts, definition: definitionId } = begun
  const error = toErrorInfo(new AttemptsExhaustedError({ definitionId, maxAttempts }))
  const { record, thrown } = toFailed(error, begun, of)
  writeRecord(record)
  const bound = bindLogger(parts.logger, { jobId: of.payload.jobId, runId: run.id, definition: definitionId })
  bound.error('The run failed, and its process died in `onFailure` before; it is not called again.', { error })
  return thrown!
}

/** The core's attempt, with what this host gives for it; of a workflow, all of its passes. */
export function makeAttempt(
  definition: Definition,
  payload: RunPayload,
  of: Pick<AttemptOptions, 'runId' | 'attempt' | 'signal' | 'limits'>,
  parts: HostParts,
  { begun, beside }: Pick<PassesParts, 'begun' | 'beside'>,
): Promise<Outcome> {
  const { envelope, jobId } = payload
  const tickHost: AttemptOptions['tickHost'] = (cron) => createTickHost(cron, parts)
  const own = { ...parts, ...of, jobId, tickHost }
  if (definition.kind !== 'workflow') return runAttempt(definition, envelope, own)
  const { runId, signal } = of
  const startedAt = parts.clock.now()
  return attemptPasses(definition, { payload, runId, signal, parts, begun, beside }, (pass) =>
    runAttempt(definition, envelope, { ...own, ...pass, startedAt }),
  )
}

/** What a record says of an attempt that begins. One past the last is no attempt of the definition's. */
export function recordOf(
  definition: Definition,
  envelope: WireEnvelope,
  { attempt }: RunContext['ctx'],
  clock: Clock,
): AttemptRecord {
  const maxAttempts = maxAttemptsOf(envelope, definition, triggerLimits)
  const { startedAt = clock.now(), inPlace } = readOwnRecord() ?? {}
  return {
    definition: definition.id,
    attempt: Math.min(attempt.number, maxAttempts),
    maxAttempts,
    startedAt,
    ...(inPlace !== undefined && { inPlace }),
  }
}

/** Where somebody triggered the run with fewer attempts than we need, it is to end properly with the last of them. */
function limitedBy(envelope: WireEnvelope, definition: Definition, { run }: RunContext['ctx']): WireEnvelope {
  const { maxAttempts = Number.POSITIVE_INFINITY } = run
  return maxAttempts < maxAttemptsOf(envelope, definition, triggerLimits) ? { ...envelope, maxAttempts } : envelope
}

/** Trigger.dev's signal aborts without a reason that handlers could go by. */
async function duringRun<T>(signal: AbortSignal, jobId: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const own = new AbortController()
  const cancel = (): void => own.abort(new JobCancelledError({ jobId }))
  if (signal.aborted) cancel()
  signal.addEventListener('abort', cancel, { once: true })
  try {
    return await work(own.signal)
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}
