import { isEncoded } from '../codec/encoded.ts'
import { requireCodec, type ValueCodec } from '../codec/value-codec.ts'
import { CodecError } from '../errors/codec-error.ts'
import type { Envelope } from '../events/envelope.ts'
import type { Outcome } from '../hooks/outcome.ts'
import { bindLogger, type LoggerLike } from '../logging/logger.ts'
import { warnOnce } from '../logging/warn-once.ts'
import type { Clock } from '../time/clock.ts'
import { againAfter, type Left } from './leave-for-another.ts'
import { stopOutcome } from './run-until-stopped.ts'

/** The services that decode a payload and tell why they cannot. */
export interface EnvelopeOpener {
  readonly codec?: ValueCodec | undefined
  readonly clock: Clock
  readonly logger: LoggerLike
}

/** Returns an envelope with its decoded payload, as it is if nothing is encoded. @throws {CodecError} */
export async function openEnvelope(envelope: Envelope, codec: ValueCodec | undefined): Promise<Envelope> {
  const { payload } = envelope
  return isEncoded(payload) ? { ...envelope, payload: await requireCodec(codec).decode(payload) } : envelope
}

/**
 * Returns the outcome of an attempt that this process must not make, because it cannot decode the payload: the job waits
 * for a process that can, as one of `leaveForAnother`. Returns `undefined` if it can.
 */
export async function leaveUndecoded(
  envelope: Envelope,
  opener: EnvelopeOpener,
  longestMs?: number,
): Promise<Left | undefined> {
  try {
    await openEnvelope(envelope, opener.codec)
    return undefined
  } catch (error) {
    if (!CodecError.isInstance(error)) throw error
    return leftUndecoded(envelope, opener, error, longestMs)
  }
}

/** Returns the outcome of an attempt whose data this process cannot decode. Warns once of each reason. */
export function leftUndecoded(
  envelope: Envelope,
  { clock, logger }: Omit<EnvelopeOpener, 'codec'>,
  { message }: CodecError,
  longestMs?: number,
): Left {
  warnOnce(bindLogger(logger, {}), `Jobs wait because this process cannot decode them: ${message}`)
  return againAfter(envelope, clock, longestMs)
}

/** Decodes the payload of an attempt. Calls back with its envelope, or with the outcome if the attempt is not made. */
export async function openForAttempt(
  envelope: Envelope,
  { host, signal }: { readonly host: EnvelopeOpener; readonly signal: AbortSignal },
): Promise<{ readonly envelope: Envelope } | { readonly left: Outcome }> {
  try {
    const opened = await untilAborted(signal, openEnvelope(envelope, host.codec))
    const stopped = stopOutcome(signal)
    return stopped || !opened ? { left: stopped! } : { envelope: opened }
  } catch (error) {
    return { left: stopOutcome(signal) ?? leftUndecoded(envelope, host, error as CodecError) }
  }
}

/** Awaits `work`; resolves to `undefined` if the signal aborts first. */
export function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const stop = (): void => resolve(undefined)
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}
