import { type CronJobDefinition, isEnded } from '@cgk-platform/jobs-core'
import {
  createJobId,
  cronEventOf,
  type Envelope,
  hashOf,
  scheduledAtOf,
  type TickHost,
  toErrorInfo,
  forEachWithConcurrency,
} from '@cgk-platform/jobs-core/provider'

import type { Triggered } from '../api/trigger-api.ts'
import { askedOf } from '../read/job-facts.ts'
import { toRunRequest } from '../send/to-run-request.ts'
import { toCarried } from '../wire/payload.ts'
import { eventTaskId } from '../wire/task-id.ts'
import type { HostParts } from './host-parts.ts'

/** As long as the SDK keeps a key that it is told nothing of. */
const openForMs = 30 * 86_400_000

/** What turns a tick of a cron job into jobs on Trigger.dev. */
export function createTickHost(
  { id }: CronJobDefinition,
  { api, reader, clock }: HostParts,
): Omit<Required<TickHost>, 'isOpen'> {
  const event = cronEventOf(id)
  const taskId = eventTaskId(event)

  /** With the tick's own key in the envelope: its run makes another one, and holds the key of this request for good. */
  const trigger = async (envelope: Envelope, idempotencyKey: string, ttlMs: number): Promise<Triggered> => {
    const request = { ...toRunRequest(envelope), idempotencyKey, idempotencyKeyTtlMs: ttlMs }
    try {
      return await api.trigger(taskId, toCarried({ envelope }), request)
    } catch (cause) {
      throw new Error(`A job of the tick was not taken: ${toErrorInfo(cause).message}.`, { cause })
    }
  }

  /** What became of the job that holds the key: it may be the one of this tick, whose dispatch is made again. */
  const readHolder = async (jobId: string, envelope: Envelope): Promise<'of this tick' | 'open' | 'ended'> => {
    const links = await reader.links(jobId)
    if (!links) return 'open' // too new to be seen
    const { payload } = askedOf(links[0].run).envelope
    const { scheduledAt } = (payload ?? {}) as { scheduledAt?: unknown }
    if (scheduledAt === scheduledAtOf(envelope).toISOString()) return 'of this tick'
    return isEnded(reader.toStatus(links).state) ? 'ended' : 'open'
  }

  /** Whether the envelope's tick has a job now; not where the job of an earlier one still goes on. */
  const sendUnlessOpen = async (envelope: Envelope): Promise<boolean> => {
    const key = await hashOf(['cron', id, envelope.tenantId])
    const first = await trigger(envelope, key, openForMs)
    if (!first.isCached) return true
    const holder = await readHolder(first.id, envelope)
    if (holder !== 'ended') return holder === 'of this tick'
    await api.resetKey(taskId, key)
    const second = await trigger(envelope, key, openForMs)
    return !second.isCached || (await readHolder(second.id, envelope)) === 'of this tick'
  }

  return {
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
        const { tenantId, idempotencyKey = '', idempotencyTtlMs = openForMs } = envelope
        await trigger(envelope, await hashOf(['cron', id, tenantId, idempotencyKey]), idempotencyTtlMs)
      })
    },
  }
}
