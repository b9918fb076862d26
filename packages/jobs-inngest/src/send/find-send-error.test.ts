import type { Envelope } from '@cgk-platform/jobs-core/provider'
import { expect, test } from 'vitest'

import { createInngestProvider } from '../inngest-provider.ts'

const dayMs = 86_400_000
const envelope = (more: Partial<Envelope> = {}): Envelope => ({
  v: 1,
  id: '01JQDAE4RQF8MBCR55T5A00001',
  event: 'work.asked',
  tenantId: 'acme',
  payload: { tenantId: 'acme' },
  sentAt: 1000,
  ...more,
})

test('an event with a name that Inngest reserves is refused', () => {
  const error = createInngestProvider().findSendError!(envelope({ event: 'inngest/function.failed' }))
  expect(error).toMatchObject({ code: 'unsupported_feature' })
  expect(error?.message).toBe(
    '`inngest` does not support `the event name inngest/function.failed`. ' +
      'Inngest reserves names that begin with `inngest/`. Rename the event.',
  )
})

test('a key is not accepted for longer than events are stored, a day by default', () => {
  const findError = (idempotencyTtlMs: number, eventHistory?: `${number}d`): string | undefined =>
    createInngestProvider({ eventHistory }).findSendError!(envelope({ idempotencyKey: 'key', idempotencyTtlMs }))
      ?.message
  expect(findError(dayMs)).toBeUndefined()
  expect(findError(dayMs + 1)).toBe(
    '`inngest` does not support `idempotencyTtl: 86400001`. The key is found in your event history, whose length is ' +
      '`eventHistory`: 86400000 ms. Pass a shorter TTL, or set `eventHistory` in `config` to the time for which your ' +
      'plan or server stores events.',
  )
  expect(findError(7 * dayMs, '7d')).toBeUndefined()
  expect(findError(7 * dayMs + 1, '7d')).toContain('`eventHistory`: 604800000 ms')
})

test('a history of less than a day is refused, because a key is in use for a day by default', () => {
  expect(() => createInngestProvider({ eventHistory: '23h' })).toThrow('Pass at least 24 hours')
})
