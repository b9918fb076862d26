import { boundedBaggage } from '../events/baggage.ts'
import type { Envelope } from '../events/envelope.ts'
import { isTraceparent } from '../events/traceparent.ts'
import { isTracestate } from '../events/tracestate.ts'
import type { JobsError } from '../errors/jobs-error.ts'
import type { LoggerLike } from '../logging/logger.ts'
import type { EnvelopeResult } from '../sends/envelope-result.ts'
import { toError } from '../errors/error-info.ts'
import type { Instrumentation, StartedSend, TraceFields } from './instrumentation.ts'
import { observe } from './observed.ts'

/** The envelopes that were passed to an engine, with its results. */
export interface ObservedSend {
  readonly envelopes: readonly Envelope[]
  readonly results: readonly EnvelopeResult[]
}

/**
 * Passes envelopes with their traces to `pass`, inside the activity of the send.
 *
 * @throws what `pass` throws
 */
export async function sendObserved(
  instrument: Instrumentation,
  send: StartedSend,
  logger: LoggerLike,
  pass: (envelopes: readonly Envelope[]) => Promise<readonly EnvelopeResult[]>,
): Promise<ObservedSend> {
  const { envelopes } = send
  const observed = observe(instrument, 'startSend', logger, () => instrument.startSend?.(send))
  if (!observed) return { envelopes, results: await pass(envelopes) }
  let traced = envelopes
  try {
    const { traces } = observed.activity
    traced = envelopes.map((envelope, index) => withTrace(envelope, traces[index]))
  } catch (error) {
    observed.fault(error)
  }
  try {
    const results = await observed.run(pass, traced)
    observed.end(results)
    return { envelopes: traced, results }
  } catch (cause) {
    observed.end(traced.map(() => ({ ok: false, error: toError(cause) as JobsError })))
    throw cause
  }
}

/** Returns an envelope with the valid fields of a trace. Keeps its own trace if there is no other. */
function withTrace(envelope: Envelope, trace: TraceFields | undefined): Envelope {
  const { traceparent, tracestate, baggage } = trace ?? {}
  if (!isTraceparent(traceparent)) return envelope
  if (tracestate === undefined && baggage === undefined) return { ...envelope, traceparent }
  const kept = boundedBaggage(baggage, envelope.payload)
  return {
    ...envelope,
    traceparent,
    ...(isTracestate(tracestate) && { tracestate }),
    ...(kept !== undefined && { baggage: kept }),
  }
}
