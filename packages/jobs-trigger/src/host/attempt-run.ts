import {
  type AttemptOptions,
  type Clock,
  type Definition,
  dispatchTick,
  type FanOut,
  JobCancelledError,
  type Json,
  maxAttemptsOf,
  type Outcome,
  runAttempt,
  tenantsOf,
} from '@cgk-platform/jobs-core'

import type { CarriedEnvelope, RunPayload } from '../wire/payload.ts'
import type { AttemptRecord } from '../wire/run-record.ts'
import { type HostParts, triggerLimits } from './host-parts.ts'
import { mapOutcome } from './map-outcome.ts'
import { noteAttempt, readOwnRecord } from './note-attempt.ts'
import { limitsFor } from './requeues.ts'
import type { RunContext } from './run-context.ts'
import { createTickHost } from './tick-host.ts'

/**
 * Makes one attempt of a definition's run.
 *
 * @returns what the run's output is to be
 * @throws {AttemptFailure} when the attempt failed, and says what is to become of the run.
 */
export async function attemptRun(
  definition: Definition,
  given: RunPayload,
  { ctx, signal }: RunContext,
  parts: HostParts,
): Promise<Json | undefined> {
  const payload = { ...given, envelope: limitedBy(given.envelope, definition, ctx) }
  const begun = recordOf(definition, payload.envelope, ctx, parts.clock)
  const end = noteAttempt(begun, parts.clock)
  const outcome = await duringRun(signal, payload.jobId, (own) =>
    makeAttempt(
      definition,
      payload,
      {
        runId: ctx.run.id,
        attempt: ctx.attempt.number,
        signal: own,
        limits: limitsFor(ctx.attempt.number, begun),
      },
      parts,
    ),
  )
  const { record, output, thrown } = mapOutcome(outcome, begun, { definition, payload }, parts.clock.now())
  await end(record)
  if (thrown) throw thrown
  return output
}

/** The core's attempt, with what this host gives for it. */
export function makeAttempt(
  definition: Definition,
  { envelope, jobId }: RunPayload,
  of: Pick<AttemptOptions, 'runId' | 'attempt' | 'signal' | 'limits'>,
  parts: HostParts,
): Promise<Outcome> {
  const { clock, logger, hooks, jobClient: client, random } = parts
  const fanOut: FanOut = async (cron, tick) =>
    dispatchTick(cron, tick, await tenantsOf(cron), createTickHost(cron, parts))
  return runAttempt(definition, envelope, {
    limits: triggerLimits,
    ...of,
    jobId,
    clock,
    logger,
    hooks,
    client,
    random,
    fanOut,
  })
}

/** What a record says of an attempt that begins. One past the last is no attempt of the definition's. */
export function recordOf(
  definition: Definition,
  envelope: CarriedEnvelope,
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
function limitedBy(envelope: CarriedEnvelope, definition: Definition, { run }: RunContext['ctx']): CarriedEnvelope {
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
