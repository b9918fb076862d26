import { beforeEach, describe, expect, test } from 'vitest'

import { createFakeProvider, type FakeProvider } from '../../test/kit/fake-provider.ts'
import { untyped } from '../../test/kit/untyped.ts'
import { defineEvents } from '../events/define-events.ts'
import { eventType } from '../events/event-type.ts'
import { defineCronJob } from '../jobs/define-cron-job.ts'
import { defineJob } from '../jobs/define-job.ts'
import { createClient } from './create-client.ts'
import type { JobClient } from './job-client.ts'

const order = { tenantId: 'acme', orderId: 'order_1' }
const megabyte = 'x'.repeat(1_000_000)

let fake: FakeProvider
let client: ReturnType<typeof untyped<JobClient>>
beforeEach(() => {
  fake = createFakeProvider()
  client = untyped(createClient({ load: () => fake }, { jobs: [] }))
})

/** Returns the error of a call, which throws or rejects. */
async function errorOf(call: () => unknown): Promise<Error & { code?: string }> {
  return Promise.resolve()
    .then(call)
    .then(() => expect.unreachable('The call succeeded.'))
    .catch((error: unknown) => error as Error)
}

describe('a name', () => {
  const calls: [what: string, code: string, call: (name: string) => unknown][] = [
    [
      'the tenant of a payload',
      'tenant_required',
      (tenantId) => client.sendJob('order.created', { ...order, tenantId }),
    ],
    ['the tenant of a client', 'invalid_option', (tenantId) => client.forTenant(tenantId)],
    ['the tenant of a list', 'invalid_option', (tenantId) => client.listJobs({ tenantId })],
    ['the event of a list', 'invalid_option', (event) => client.listJobs({ event })],
    ['an idempotency key', 'invalid_option', (key) => client.sendJob('order.created', order, { idempotencyKey: key })],
    ['the id of a job to read', 'job_not_found', (id) => client.getJobStatus(id)],
    ['the id of a job to cancel', 'job_not_found', (id) => client.cancelJob(id)],
    ['the id of a job to retry', 'job_not_found', (id) => client.retryJob(id)],
    ['the id of a job to await', 'job_not_found', (id) => client.waitForJob(id)],
    ['a sent event', 'unknown_event', (event) => client.sendJob(event, order)],
    ['a declared event', 'invalid_definition', (name) => defineEvents({ [name]: eventType() })],
    ['the id of a job', 'invalid_definition', (id) => defineJob({ id, event: 'order.created', handler: () => 1 })],
    ['a schedule', 'invalid_definition', (schedule) => defineCronJob({ id: 'c', schedule, handler: () => 1 })],
    [
      'a time zone',
      'invalid_definition',
      (timezone) => defineCronJob({ id: 'c', schedule: '* * * * *', timezone, handler: () => 1 }),
    ],
    ['an option', 'invalid_option', (name) => client.sendJob('order.created', order, { [name]: 1 })],
  ]

  test.each(calls)('of a megabyte is rejected with a short message: %s', async (_, code, call) => {
    const error = await errorOf(() => call(megabyte))
    expect(error).toMatchObject({ code })
    expect(error.message.length).toBeLessThan(500)
  })

  test.each(calls)('with a lone surrogate is rejected: %s', async (_, code, call) => {
    for (const name of ['\ud800', 'a\udfffb']) expect(await errorOf(() => call(name))).toMatchObject({ code })
    expect(fake.sent).toEqual([])
  })
})

describe('a payload', () => {
  test.each<[path: string, payload: object]>([
    ['payload.note', { note: 'cut \ud83d' }],
    ['payload.notes[1].text', { notes: [{ text: '😀' }, { text: '\udfff' }] }],
    ['payload["\\ud800"]', { '\ud800': 1 }],
  ])('with a lone surrogate at %s is rejected', async (path, payload) => {
    const error = await errorOf(() => client.sendJob('order.created', { ...order, ...payload }))
    expect(error).toMatchObject({ code: 'not_serializable', path })
    expect(error.message).toContain('lone surrogate')
  })
})

describe('`traceparent`', () => {
  const version0 = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  const later = version0.replace('00', 'cc')

  test.each([version0, later, `${later}-`, `${later}-what-the-future-will-bring`])(
    'is sent: %s',
    async (traceparent) => {
      await client.sendJob('order.created', order, { traceparent })
      expect(fake.sent).toMatchObject([{ traceparent }])
    },
  )

  test.each<[what: string, traceparent: unknown]>([
    ['empty', ''],
    ['not a string', 5],
    ['too short', version0.slice(0, -1)],
    ['in capital letters', version0.toUpperCase()],
    ['with spaces', ` ${version0}`],
    ['of version 00, with more', `${version0}-more`],
    ['of version ff', version0.replace('00', 'ff')],
    ['with a trace id of zeros', version0.replace('4bf92f3577b34da6a3ce929d0e0e4736', '0'.repeat(32))],
    ['with a parent id of zeros', version0.replace('00f067aa0ba902b7', '0'.repeat(16))],
    ['of a later version, with more but no hyphen', `${later}more`],
    ['of a later version, with a line break', `${later}-\r\nx: y`],
    ['with a line break at the end', `${version0}\n`],
    ['of 5 MB', `${later}-${'x'.repeat(5_000_000)}`],
  ])('is rejected if it is %s', async (_, traceparent) => {
    const error = await errorOf(() => client.sendJob('order.created', order, { traceparent }))
    expect(error).toMatchObject({ code: 'invalid_option', option: 'traceparent' })
    expect(error.message.length).toBeLessThan(500)
  })
})
