import { type WireEnvelope, forEachWithConcurrency } from '@cgk-platform/jobs-core/hosted'
import { bindLogger, cronJobIdOf, pause, toErrorInfo } from '@cgk-platform/jobs-core/provider'

import type { HostDependencies } from '../host/host-dependencies.ts'
import { encodeTokenEvent, senderRunId, wakeTagOf } from '../wire/wait-keys.ts'
import { findWaits } from './find-waits.ts'
import type { EventRunTimes } from './quiet-events.ts'

type NotifyDependencies = Pick<HostDependencies, 'api' | 'clock' | 'logger' | 'jobs' | 'quietEvents'>

/** Time limit for retries while the server is unreachable, in milliseconds. */
const timeoutMs = 60_000
const pauseMs = 2000

/** The job that an event started. */
export interface EventJob extends EventRunTimes {
  readonly jobId: string
}

/**
 * Completes the tokens of workflows that wait for an event. A second call for the same event has no effect. Returns true
 * if any waited.
 *
 * @throws {RequestFailedError} if the server is unreachable for a minute.
 */
export async function notifyWaitingWorkflows(
  envelope: WireEnvelope,
  { jobId, ...times }: EventJob,
  dependencies: NotifyDependencies,
): Promise<boolean> {
  const { event, tenantId, payload, sentAt } = envelope
  // Sends no request if nothing can wait for the event.
  if (!hasWorkflows(dependencies) || cronJobIdOf(event) !== undefined || tenantId === '') return false
  const { api, clock, logger, quietEvents } = dependencies
  if (quietEvents.isQuiet(envelope, times)) return false
  const until = clock.now() + timeoutMs
  const tokenEvent = encodeTokenEvent({ id: jobId, event, payload, sentAt })
  const runsToWake = new Set<string>()
  const notify = async (): Promise<void> => {
    const noteQuiet = quietEvents.look(envelope, times)
    const { waits, isQuiet } = await findWaits(envelope, times.createdAt, api)
    if (isQuiet) noteQuiet()
    await forEachWithConcurrency(waits, async ({ id, runId }) => {
      await api.tokens.complete(`complete a wait for \`${event}\``, id, tokenEvent)
      runsToWake.add(runId)
    })
    await forEachWithConcurrency([...runsToWake], (runId) => wake(runId, dependencies))
  }
  for (;;) {
    try {
      await notify()
      return runsToWake.size > 0
    } catch (error) {
      if (clock.now() + pauseMs > until) throw error
      const message = 'Could not notify the workflows that wait for an event. Retrying.'
      bindLogger(logger, { jobId, event }).warn(message, { error: toErrorInfo(error) })
    }
    await pause(clock, pauseMs)
  }
}

/**
 * Wakes the workflow that may wait for a job, shortly before a run of the job ends. A lost wake-up only delays the
 * workflow, which also checks periodically.
 */
export async function notifySendingWorkflow(
  { idempotencyKey }: WireEnvelope,
  jobId: string,
  dependencies: Pick<HostDependencies, 'api' | 'logger'>,
): Promise<void> {
  const runId = senderRunId(idempotencyKey)
  if (runId === undefined) return
  await wake(runId, dependencies).catch((error: unknown) => {
    const message = 'Could not notify a workflow that may wait for the end of a job. Its next check will find it.'
    bindLogger(dependencies.logger, { jobId }).warn(message, { error: toErrorInfo(error) })
  })
}

/** Completes the token that wakes a run from a wait for several things, if it has one. */
async function wake(runId: string, { api }: Pick<HostDependencies, 'api'>): Promise<void> {
  const operation = `end the wait of the run ${runId}`
  const tokens = await api.tokens.waiting(operation, [wakeTagOf(runId)])
  await forEachWithConcurrency(tokens, ({ id }) => api.tokens.complete(operation, id, 'woken'))
}

function hasWorkflows({ jobs }: Pick<HostDependencies, 'jobs'>): boolean {
  return jobs.all().some(({ kind }) => kind === 'workflow')
}
