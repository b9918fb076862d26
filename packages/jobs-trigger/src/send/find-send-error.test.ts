import { PayloadTooLargeError, UnsupportedFeatureError } from '@cgk-platform/jobs-core/errors'
import type { Envelope } from '@cgk-platform/jobs-core/provider'
import { expect, test } from 'vitest'

import { findSendError } from './find-send-error.ts'

const envelope = (more: Partial<Envelope> = {}): Envelope => ({
  v: 1,
  id: '01JQDAE4RQF8MBCR55T5A00001',
  event: 'work.asked',
  tenantId: 'acme',
  payload: { tenantId: 'acme' },
  sentAt: 1000,
  ...more,
})

test('an event whose name makes a task id that is too long is refused', () => {
  const error = findSendError(envelope({ event: `work.${'x'.repeat(110)}` }))
  expect(UnsupportedFeatureError.isInstance(error)).toBe(true)
  expect(error?.message).toMatch(/Shorten the name: it makes a task id of 122 characters/)
})

test('an envelope that would need an object store is refused, including the data around its payload', () => {
  const odd = JSON.parse('{ "tenantId": "acme", "constructor": "Brabham" }') as Envelope['payload']
  for (const payload of [{ tenantId: 'acme' }, odd]) {
    const bytes = (sent: Envelope): number => {
      const text = JSON.stringify({ envelope: sent })
      return payload === odd ? text.length : `{"json":${text}}`.length
    }
    const around = bytes(envelope({ payload, traceparent: '' }))
    const fitting = envelope({ payload, traceparent: 'x'.repeat(128 * 1024 - 1 - around) })
    expect(findSendError(fitting)).toBeUndefined()
    const error = findSendError({ ...fitting, traceparent: `${fitting.traceparent}x` })
    expect(PayloadTooLargeError.isInstance(error)).toBe(true)
    expect(error).toMatchObject({ bytes: 128 * 1024, limitBytes: 128 * 1024 - 1 })
  }
})
