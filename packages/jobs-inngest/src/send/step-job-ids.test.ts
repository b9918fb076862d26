import type { EnvelopeResult, Envelope } from '@cgk-platform/jobs-core/provider'
import { expect, test } from 'vitest'

import { createFakeServer, idsIn } from '../../test/kit/fake-server.ts'
import { createVirtualClock } from '../../test/kit/virtual-clock.ts'
import { createPostEvents } from './post-events.ts'
import { createKeyedSender } from './send-keyed.ts'
import { withStepJobId } from './step-job-ids.ts'

const id = '01M89NS4WG6G8H65WJD6QKMDS3'

/** Opens a process that sends with the key of a step. */
function open() {
  const looked: string[] = []
  const { client, requests } = createFakeServer((one) => ({ body: { ids: idsIn(one), status: 200 } }))
  const find = async (looking: string) => void looked.push(looking)
  const clock = createVirtualClock()
  const sender = createKeyedSender({ postEvents: createPostEvents({ client }, clock), clock, find: find as never })
  const envelope: Envelope = {
    v: 1,
    id: '01JQDAE4RQF8MBCR55T5AK4KXS',
    event: 'work.asked',
    tenantId: 'acme',
    payload: { tenantId: 'acme' },
    sentAt: 1,
    idempotencyKey: 'step-key',
  }
  return { send: (): Promise<EnvelopeResult> => sender.send(envelope), posted: () => requests.flatMap(idsIn), looked }
}

test('sends the job with the id that the step chose, without a check of the key', async () => {
  const { send, posted, looked } = open()
  await expect(withStepJobId('step-key', id, send)).resolves.toEqual({ ok: true, id, deduplicated: false })
  expect([posted(), looked]).toEqual([[id], []])
})

test('treats the key as any other once the step has ended or failed', async () => {
  const { send, posted, looked } = open()
  await expect(withStepJobId('step-key', id, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  await send()
  expect(posted()).not.toContain(id)
  expect(looked).toHaveLength(2)
})
