import { quote } from '../errors/quote.ts'
import { type Envelope, notUnderstood } from '../events/envelope.ts'
import type { Outcome } from '../hooks/outcome.ts'
import { bindLogger } from '../logging/logger.ts'
import { warnOnce } from '../logging/warn-once.ts'
import type { Clock } from '../time/clock.ts'
import type { AttemptHost } from './job-host.ts'

/** The limits of the time after which a job that a process cannot run is looked at again, in milliseconds. */
const [minWaitMs, maxWaitMs] = [60_000, 600_000]

/** The outcome of an attempt that this process does not make. */
export type Left = Required<Extract<Outcome, { type: 'interrupted' }>>

/**
 * Returns the outcome of an attempt that this process must not make, because it does not understand the whole envelope.
 * The job waits for a process that does: each time as long as it has waited before, from a minute up to `longestMs`
 * (default ten minutes). Returns `undefined` if the attempt can be made.
 */
export function leaveForAnother(
  envelope: Pick<Envelope, 'v' | 'requires' | 'sentAt' | 'runAt'>,
  { clock, logger }: Pick<AttemptHost, 'clock' | 'logger'>,
  longestMs: number = maxWaitMs,
): Left | undefined {
  const names = notUnderstood(envelope)
  if (names.length === 0) return undefined
  const named = names.map((name) => quote(name)).join(', ')
  const warning = `Jobs wait because they require ${named}, which this version of the library does not understand. Update the packages of this worker to the version of the sender.`
  warnOnce(bindLogger(logger, {}), warning)
  return againAfter(envelope, clock, longestMs)
}

/** Returns the outcome of an attempt that this process does not make, with the time of the next look. */
export function againAfter(
  { sentAt, runAt = sentAt }: Pick<Envelope, 'sentAt' | 'runAt'>,
  clock: Clock,
  longestMs: number = maxWaitMs,
): Left {
  const now = clock.now()
  return { type: 'interrupted', againAt: now + Math.min(Math.max(now - runAt, minWaitMs), longestMs) }
}
