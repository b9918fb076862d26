import { expect, test } from 'vitest'

import { fromEventName } from './cron-event-name.ts'
import { toSignalEventName } from './signal-event-name.ts'

test('the name of a signal depends on its job, and is read back', () => {
  const names = Array.from({ length: 50 }, (_, index) => toSignalEventName('signal/order/approval', `job_${index}`))
  for (const name of names) expect(name).toMatch(/^signal\/order\/approval\/[0-9a-f]{2}$/)
  expect(new Set(names).size).toBeGreaterThan(30)
  expect(new Set(names.map(fromEventName))).toEqual(new Set(['signal/order/approval']))
  expect(toSignalEventName('order.paid', 'job_1')).toBe('order.paid')
  expect(fromEventName('order/paid')).toBe('order/paid')
})
