import {
  createJobId,
  type CronJobDefinition,
  cronEventOf,
  type Envelope,
  isEnded,
  scheduledAtOf,
  type TickHost,
  toErrorInfo,
} from '@cgk-platform/jobs-core'

import { hashOf } from '../api/hash-of.ts'
import type { Triggered } from '../api/trigger-api.ts'
import { toRunRequest } from '../send/to-run-request.ts'
import { readEventPayload, toCarried } from '../wire/payload.ts'
import { eventTaskId } from '../wire/task-id.ts'
import type { HostParts } from './host-parts.ts'
import { inTurns } from './in-turns.ts'

/** As long as the SDK keeps a key that it is told nothing of. */
const openForMs = 30 * 86_400_000

/** What turns a tick of a cron job into jobs on Trigger.dev. */
export function createTickHost(
  { id }: CronJobDefinition,
  { api, reader, clock }: HostParts,
): Omit<Required<TickHost>, 'isOpen'> {
  const event = cronEventOf(id)
  const taskId = eventTaskId(event)

  const trigger = async (envelope: Envelope, idempotencyKey: string, ttlMs: number): Promise<Triggered> => {
    // Without the tick's own key, which only a run that makes another run could keep.
    const { idempotencyKey: _, idempotencyTtlMs: __, ...keyless } = envelope
    const request = { ...toRunRequest(keyless), idempotencyKey, idempotencyKeyTtlMs: ttlMs }
    try {
      return await api.trigger(taskId, toCarried({ envelope: keyless }), request)
    } catch (cause) {
      throw new Error(`A job of the tick was not taken: ${toErrorInfo(cause).message}.`, { cause })
    }
  }

  /** Whether a job is the one of this tick: a dispatch that is made again finds what it had sent before. */
  const isOfTick = async (jobId: string, envelope: Envelope): Promise<boolean> => {
    const run = await api.retrieve(`for the tick of the job ${jobId}`, jobId)
    if (!run) return false
    const before = readEventPayload(run.payload, event, jobId, clock.now())
    return (
      (before.envelope.payload as { scheduledAt?: unknown } | null)?.scheduledAt ===
      scheduledAtOf(envelope).toISOString()
    )
  }

  /** Whether the envelope's tick has a job now; not where the job of an earlier one still goes on. */
  const sendUnlessOpen = async (envelope: Envelope): Promise<boolean> => {
    const key = await hashOf(['cron', id, envelope.tenantId])
    const first = await trigger(envelope, key, openForMs)
    if (!first.isCached || (await isOfTick(first.id, envelope))) return true
    const before = await reader.read(first.id)
    if (!before || !isEnded(before.state)) return false
    await api.resetKey(taskId, key)
    const second = await trigger(envelope, key, openForMs)
    return !second.isCached || isOfTick(second.id, envelope)
  }

  return {
    now: clock.now(),
    createId: () => createJobId(clock.now()),
    async sendUnlessOpen(envelopes) {
      const open: string[] = []
      await inTurns(envelopes, async (envelope) => {
        if (!(await sendUnlessOpen(envelope))) open.push(envelope.tenantId)
      })
      return open
    },
    async send(envelopes) {
      await inTurns(envelopes, async (envelope) => {
        const { tenantId, idempotencyKey = '', idempotencyTtlMs = openForMs } = envelope
        await trigger(envelope, await hashOf(['cron', id, tenantId, idempotencyKey]), idempotencyTtlMs)
      })
    },
  }
}
