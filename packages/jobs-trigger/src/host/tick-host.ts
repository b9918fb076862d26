import { type CronJobDefinition, isEnded } from '@cgk-platform/jobs-core'
import { forEachWithConcurrency, hashOf, scheduledAtOf } from '@cgk-platform/jobs-core/hosted'
import { createJobId, cronEventOf, type Envelope, type TickHost, toErrorInfo } from '@cgk-platform/jobs-core/provider'

import type { TriggerResult } from '../api/trigger-api.ts'
import { eventPayloadOf } from '../read/event-runs.ts'
import { toRunRequest } from '../send/to-run-request.ts'
import { toWireJson } from '../wire/payload.ts'
import { eventTaskId } from '../wire/task-id.ts'
import type { HostDependencies } from './host-dependencies.ts'

/** Lifetime of the key of an open job: the SDK's default. */
const openKeyTtlMs = 30 * 86_400_000

/** Creates the host that turns a tick of a cron job into jobs on Trigger.dev. */
export function createTickHost(
  { id }: CronJobDefinition,
  { api, reader, clock, client }: HostDependencies,
): Omit<Required<TickHost>, 'isOpen'> {
  const event = cronEventOf(id)
  const taskId = eventTaskId(event)

  /**
   * Triggers a job. Its envelope has the tick's own key, so the event's run starts another run for the definition. The
   * event's run therefore holds the key of this request even if that other run fails.
   */
  const trigger = async (envelope: Envelope, idempotencyKey: string, ttlMs: number): Promise<TriggerResult> => {
    const { runAt } = envelope
    const delay = runAt === undefined ? {} : { delay: new Date(runAt) }
    const request = { ...toRunRequest(envelope), ...delay, idempotencyKey, idempotencyKeyTtlMs: ttlMs }
    try {
      return await api.trigger(taskId, toWireJson({ envelope }), request)
    } catch (cause) {
      throw new Error(`Could not start a job of the tick: ${toErrorInfo(cause).message}.`, { cause })
    }
  }

  /** Reads the job that holds the key. It may be the job of this tick, if its dispatch is being retried. */
  const readHolder = async (jobId: string, envelope: Envelope): Promise<'of this tick' | 'open' | 'ended'> => {
    const eventRuns = await reader.eventRuns(jobId)
    if (!eventRuns) return 'open' // too new to be visible
    const { payload } = eventPayloadOf(eventRuns[0].run).envelope
    const { scheduledAt } = (payload ?? {}) as { scheduledAt?: unknown }
    if (scheduledAt === scheduledAtOf(envelope).toISOString()) return 'of this tick'
    return isEnded(reader.toStatus(eventRuns).state) ? 'ended' : 'open'
  }

  /** Returns true if the envelope's tick now has a job, false if the job of an earlier tick is still open. */
  const sendUnlessOpen = async (envelope: Envelope): Promise<boolean> => {
    const key = await hashOf(['cron', id, envelope.tenantId])
    const first = await trigger(envelope, key, openKeyTtlMs)
    if (!first.isCached) return true
    const holder = await readHolder(first.id, envelope)
    if (holder !== 'ended') return holder === 'of this tick'
    await api.resetKey(taskId, key)
    const second = await trigger(envelope, key, openKeyTtlMs)
    return !second.isCached || (await readHolder(second.id, envelope)) === 'of this tick'
  }

  return {
    client,
    now: clock.now(),
    createId: () => createJobId(clock.now()),
    async sendUnlessOpen(envelopes) {
      const open: string[] = []
      await forEachWithConcurrency(envelopes, async (envelope) => {
        if (!(await sendUnlessOpen(envelope))) open.push(envelope.tenantId)
      })
      return open
    },
    async send(envelopes) {
      await forEachWithConcurrency(envelopes, async (envelope) => {
        const { tenantId, idempotencyKey = '', idempotencyTtlMs = openKeyTtlMs } = envelope
        await trigger(envelope, await hashOf(['cron', id, tenantId, idempotencyKey]), idempotencyTtlMs)
      })
    },
  }
}
