import {
  defineJob,
  InvalidOptionError,
  type JobClient,
  PayloadInvalidError,
  TenantMismatchError,
  TenantRequiredError,
  UnknownEventError,
} from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { expectRefused } from './kit/expect-refused.ts'

/** Every way to send one event. */
const ways: [string, (client: JobClient, event: string, payload: unknown) => unknown][] = [
  ['sendJob', (client, event, payload) => client.sendJob(event as 'work.asked', payload as never)],
  ['sendEvent', (client, event, payload) => client.sendEvent(event as 'work.asked', payload as never)],
  [
    'scheduleJob',
    (client, event, payload) => client.scheduleJob(event as 'work.asked', payload as never, { delay: 1 }),
  ],
  [
    'sendJobs',
    async (client, event, payload) => {
      const [result] = await client.sendJobs([{ event: event as 'work.asked', payload: payload as never }])
      if (result?.ok === false) throw result.error
    },
  ],
]

describe.each(ways)('%s', (_name, send) => {
  const remedy = 'Put the id of the tenant into the payload as `tenantId`, or send through `client.forTenant(id)`.'
  const tenants: [string, unknown, string][] = [
    ['no tenant', undefined, 'The `tenantId` of `work.asked` is missing'],
    ['null', null, 'The `tenantId` of `work.asked` is missing'],
    ['an empty tenant', '', 'The `tenantId` of `work.asked` is empty'],
    ['a blank tenant', ' \t\n', 'The `tenantId` of `work.asked` is blank'],
    ['a number', 123, 'The `tenantId` of `work.asked` is a number, not a string'],
    ['a list', ['acme'], 'not a string'],
    [
      'the reserved tenant',
      'system',
      'The `tenantId` of `work.asked` is `system`, which is kept for cron jobs without tenants',
    ],
  ]

  test.each(tenants)('with %s is refused', async (_what, tenantId, problem) => {
    await expectRefused((client) => send(client, 'work.asked', { tenantId }), {
      error: TenantRequiredError,
      code: 'tenant_required',
      says: [problem, remedy],
    })
  })

  const payloads: [string, unknown][] = [
    ['no payload', undefined],
    ['null', null],
    ['an array', []],
    ['a string', 'acme'],
    ['a number', 0],
    ['a function', () => ({ tenantId: 'acme' })],
  ]

  test.each(payloads)('with %s for a payload is refused', async (_what, payload) => {
    await expectRefused((client) => send(client, 'work.asked', payload), {
      error: TenantRequiredError,
      code: 'tenant_required',
      says: ['The `tenantId` of `work.asked` is missing', remedy],
    })
  })

  test.each([
    ['order.craeted', 'Did you mean `order.created`?'],
    ['Work.Asked', 'Did you mean `work.asked`?'],
    ['orders.created', 'Did you mean `order.created`?'],
  ])('of the unknown event `%s` is refused with the nearest name', async (event, nearest) => {
    const says = [`The event \`${event}\` is unknown.`, nearest, `\`defineEvents({ '${event}': schema })\``]
    await expectRefused((client) => send(client, event, { tenantId: 'acme' }), {
      error: UnknownEventError,
      code: 'unknown_event',
      says,
    })
  })

  test.each(['', 'quite.another.thing', 'cron/report', '__proto__', 'toString', 'constructor'])(
    'of the unknown event `%s`, near none, is refused without a guess that misleads',
    async (event) => {
      const error = await expectRefused((client) => send(client, event, { tenantId: 'acme' }), {
        error: UnknownEventError,
        code: 'unknown_event',
        says: [`The event \`${event}\` is unknown.`, '`defineEvents('],
      })
      expect(error.message).not.toContain('Did you mean')
    },
  )

  test.each([
    [undefined, 'is undefined'],
    [null, 'is null'],
    [42, 'is a number'],
    [{}, 'is an object'],
    [Symbol('event'), 'is a symbol'],
  ])('of an event that is no string (%s) is refused', async (event, problem) => {
    const error = await expectRefused((client) => send(client, event as never, { tenantId: 'acme' }), {
      error: InvalidOptionError,
      code: 'invalid_option',
      says: [`\`event\` ${problem}, not a string`, 'The first argument is the name of the event'],
    })
    expect((error as InvalidOptionError).option).toBe('event')
  })

  test('to the id of a job is refused, naming the event that the job handles', async () => {
    defineJob({ id: 'send-welcome', event: 'work.followed', handler: () => undefined })
    await expectRefused((client) => send(client, 'send-welcome', { tenantId: 'acme' }), {
      error: UnknownEventError,
      code: 'unknown_event',
      says: ['The event `send-welcome` is unknown. It is the id of a job', '`work.followed`'],
    })
  })

  test('with a payload that does not fit the schema is refused, with every issue and its path', async () => {
    const payload = {
      tenantId: 'acme',
      orderId: 7,
      currency: 'dollars',
      customerEmail: 'nobody',
      items: [{ quantity: 1 }, { quantity: 'two' }],
    }
    const paths = ['payload.orderId', 'payload.currency', 'payload.customerEmail', 'payload.items[1].quantity']
    const error = await expectRefused((client) => send(client, 'order.created', payload), {
      error: PayloadInvalidError,
      code: 'payload_invalid',
      says: [
        'The payload of `order.created` does not fit its schema. Correct these fields:',
        ...paths.map((path) => `\`${path}\``),
      ],
    })
    const { issues } = error as PayloadInvalidError
    expect(issues.map(({ path }) => path)).toEqual(paths)
    expect(issues.every(({ message }) => message.length > 0)).toBe(true)
  })

  test('with a missing field is refused, naming it', async () => {
    await expectRefused((client) => send(client, 'email.send', { tenantId: 'acme' }), {
      error: PayloadInvalidError,
      code: 'payload_invalid',
      says: ['`payload.type`', '`payload.recipientEmail`'],
    })
  })
})

describe('a client of one tenant', () => {
  test.each([undefined, null, '', '  ', 5, 'system'])('cannot be made for %j', async (tenantId) => {
    await expectRefused((client) => client.forTenant(tenantId as string), {
      error: InvalidOptionError,
      code: 'invalid_option',
      says: ['`tenantId` is ', 'Give the id of the tenant, a non-empty string.'],
    })
  })

  test('does not send for another', async () => {
    await expectRefused((client) => client.forTenant('acme').sendJob('work.asked', { tenantId: 'globex' }), {
      error: TenantMismatchError,
      code: 'tenant_mismatch',
      says: ['`work.asked` was not sent: its `tenantId` is not `acme`', 'Leave `tenantId` out'],
    })
  })

  test.each([null, undefined, [], 'text', 5])('does not send %j for a payload', async (payload) => {
    await expectRefused((client) => client.forTenant('acme').sendJob('work.asked', payload as never), {
      error: InvalidOptionError,
      code: 'invalid_option',
      says: ['`payload` is', 'Give an object.'],
    })
  })
})
