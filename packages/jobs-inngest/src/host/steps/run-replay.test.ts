import type { Envelope } from '@cgk-platform/jobs-core/provider'
import { expect, test } from 'vitest'

import { toInngestEvent } from '../../wire/to-inngest-event.ts'
import { receivedAtOf } from './run-replay.ts'

const envelope: Envelope = {
  v: 1,
  id: '01JQDAE4RQF8MBCR55T5A00001',
  event: 'work.asked',
  tenantId: 'acme',
  payload: { tenantId: 'acme' },
  sentAt: 1000,
}

test('Inngest received a delayed event when it was sent, another at its own time', () => {
  expect(receivedAtOf({ ...toInngestEvent({ ...envelope, runAt: 9000 }), id: 'event' })).toBe(1000)
  expect(receivedAtOf({ ...toInngestEvent(envelope), id: 'event', ts: 1200 })).toBe(1200)
})
