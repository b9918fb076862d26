import { beforeEach, describe, expect, test } from 'vitest'

import { UnknownEventError } from '../errors/unknown-event-error.ts'
import { catalogue } from './catalogue/catalogue.ts'
import { schemas } from './catalogue/schemas.ts'
import { defineEvents } from './define-events.ts'
import { processEvents } from './event-registry.ts'
import { eventType } from './event-type.ts'

beforeEach(() => processEvents().own.clear())

describe('the declared events', () => {
  test('are those of the catalogue by default', () => {
    expect(processEvents().names()).toEqual(Object.keys(schemas))
    expect(processEvents().require('order.created').schema).toBe(catalogue['order.created'])
  })

  test.each(Object.entries(schemas))(
    '%s is read as its schema reads it, from the first time on',
    async (name, schema) => {
      const known = processEvents().require(name).schema['~standard']
      for (const payload of [{ tenantId: 'tenant_1' }, { tenantId: 'tenant_1', orderId: 'order_1' }, null]) {
        expect(await known.validate(payload)).toEqual(await schema['~standard'].validate(payload))
      }
      expect(known.validate({})).not.toBeInstanceOf(Promise)
    },
  )

  test.each(['constructor', '__proto__', 'toString'])('do not include inherited properties of objects (%s)', (name) => {
    expect(processEvents().find(name)).toBeUndefined()
    expect(() => processEvents().require(name)).toThrow(UnknownEventError)
  })
})

describe('an unknown event', () => {
  const nearestOf = (name: unknown): unknown => {
    try {
      processEvents().require(name as string)
    } catch (error) {
      if (UnknownEventError.isInstance(error)) return error.nearest
    }
    throw new Error(`${String(name)} was not refused as unknown.`)
  }

  test.each([
    ['order.crated', 'order.created'],
    ['order_created', 'order.created'],
    ['orders.created', 'order.created'],
    ['Order.Created', 'order.created'],
    ['order.shipped', undefined],
    ['email.sent', 'email.send'],
    ['webhook.recieved', 'webhook.received'],
    ['analytics.pageview', 'analytics.page_view'],
    ['analytics.pages_viewed', 'analytics.page_view'],
    ['project.create', 'project.created'],
    ['something.else.entirely', undefined],
    ['', undefined],
  ])('%j is rejected with the most similar name: %j', (name, nearest) => {
    defineEvents({ 'project.created': eventType() })
    expect(nearestOf(name)).toBe(nearest)
  })

  test.each([
    ['undefined', undefined],
    ['null', null],
    ['a number', 5],
    ['a symbol', Symbol('order.created')],
    ['an object', {}],
    ['an object that cannot become text', Object.create(null)],
  ])('%s is rejected in the same way', (_, name) => {
    expect(() => processEvents().require(name as never)).toThrow(UnknownEventError)
  })
})
