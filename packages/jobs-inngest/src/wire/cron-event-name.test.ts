import { cronEventOf } from '@cgk-platform/jobs-core/provider'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { fromEventName, toCronEventName, toEventName } from './cron-event-name.ts'

const appId = fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('shop', 'a/b', 'cron', 'cron/', '/'))
const definitionId = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,3}(\/[a-z0-9][a-z0-9._-]{0,3}){0,3}$/)

describe("the event name of a cron job's runs", () => {
  test("contains the app's id on Inngest only", () => {
    expect(toCronEventName('shop', 'nightly')).toBe('cron/shop/nightly')
    expect(fromEventName('cron/shop/nightly')).toBe('cron/nightly')
    expect(toCronEventName('shop', 'reports/nightly')).toBe('cron/shop/reports~nightly')
    fc.assert(
      fc.property(appId, definitionId, (app, id) => {
        expect(fromEventName(toCronEventName(app, id))).toBe(cronEventOf(id))
      }),
    )
  })

  test('is converted to the name on Inngest', () => {
    expect(toEventName('cron/nightly', 'shop')).toBe(toCronEventName('shop', 'nightly'))
  })

  test('differs for other apps and other cron jobs', () => {
    fc.assert(
      fc.property(appId, definitionId, appId, definitionId, (app, id, otherApp, otherId) => {
        const isSame = toCronEventName(app, id) === toCronEventName(otherApp, otherId)
        expect(isSame).toBe(app === otherApp && id === otherId)
      }),
    )
  })
})

test('keeps the names of all other events', () => {
  for (const name of [
    'order.created',
    'orders/order.created',
    'a/b/c',
    'cron',
    'my-cron/x',
    'inngest/scheduled.timer',
  ]) {
    expect([fromEventName(name), toEventName(name, 'shop')]).toEqual([name, name])
  }
})
