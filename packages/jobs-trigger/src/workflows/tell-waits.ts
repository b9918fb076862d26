import {
  bindLogger,
  type WireEnvelope,
  cronJobIdOf,
  pause,
  toErrorInfo,
  forEachWithConcurrency,
} from '@cgk-platform/jobs-core/provider'

import type { HostParts } from '../host/host-parts.ts'
import { senderIn, toAnswer, wakeTagOf } from '../wire/wait-keys.ts'
import { findWaits } from './find-waits.ts'

type TellParts = Pick<HostParts, 'api' | 'clock' | 'logger' | 'jobs'>

/** How long a server that is away is asked again. */
const patienceMs = 60_000
const pauseMs = 2000

/** The job of an event that has come. */
export interface CameAs {
  readonly jobId: string
  /** When the server took it, epoch milliseconds; absent where the event was sent long before, as of a job that is retried. */
  readonly createdAt?: number | undefined
}

/**
 * Completes the tokens of workflows that wait for an event which has come. Told twice it does nothing the second time.
 *
 * @throws {RequestFailedError} where the server is away for long.
 */
export async function tellWaits(envelope: WireEnvelope, { jobId, createdAt }: CameAs, parts: TellParts): Promise<void> {
  const { event, tenantId, payload, sentAt } = envelope
  // What nobody can wait for here costs nothing.
  if (!hasWorkflows(parts) || cronJobIdOf(event) !== undefined || tenantId === '') return
  const { api, clock, logger } = parts
  const until = clock.now() + patienceMs
  const answer = toAnswer({ id: jobId, event, payload, sentAt })
  const asleep = new Set<string>()
  const tell = async (): Promise<void> => {
    await forEachWithConcurrency(await findWaits(envelope, createdAt, api), async ({ id, runId }) => {
      await api.tokens.complete(`complete a wait for \`${event}\``, id, answer)
      asleep.add(runId)
    })
    await forEachWithConcurrency([...asleep], (runId) => wake(runId, parts))
  }
  for (;;) {
    try {
      return await tell()
    } catch (error) {
      if (clock.now() + pauseMs > until) throw error
      const message = 'Workflows that wait for an event could not be told of it; they are told again.'
      bindLogger(logger, { jobId, event }).warn(message, { error: toErrorInfo(error) })
    }
    await pause(clock, pauseMs)
  }
}

/**
 * Wakes the workflow that may wait for a job of which a run is about to end. A wake-up that is lost only delays it, since
 * it looks by itself, too.
 */
export async function tellSender(
  { idempotencyKey }: WireEnvelope,
  jobId: string,
  parts: Pick<HostParts, 'api' | 'logger'>,
): Promise<void> {
  const runId = senderIn(idempotencyKey)
  if (runId === undefined) return
  await wake(runId, parts).catch((error: unknown) => {
    const message = 'A workflow that may wait for a job could not be told of its end; it looks for it later.'
    bindLogger(parts.logger, { jobId }).warn(message, { error: toErrorInfo(error) })
  })
}

/** Completes the token by which a run waits for several things, where it has one. */
async function wake(runId: string, { api }: Pick<HostParts, 'api'>): Promise<void> {
  const operation = `end the wait of the run ${runId}`
  const tokens = await api.tokens.waiting(operation, [wakeTagOf(runId)])
  await forEachWithConcurrency(tokens, ({ id }) => api.tokens.complete(operation, id, 'woken'))
}

function hasWorkflows({ jobs }: Pick<HostParts, 'jobs'>): boolean {
  return jobs.all().some(({ kind }) => kind === 'workflow')
}
