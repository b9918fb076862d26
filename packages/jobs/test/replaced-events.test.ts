import { createReaderProject } from '@cgk-platform/test-kit/reader-project'
import { afterAll, expect, test } from 'vitest'

const project = createReaderProject()

/** An app with its own `email.send` and `order.created`, as a schema and as a type. */
const app = `
import { defineEvents, defineJob, type EventsOf, eventType, findRun, sendJob, waitForJob } from '@cgk-platform/jobs'
import { createTestEngine } from '@cgk-platform/jobs/local/testing'
import { z } from 'zod'

const emailSend = z.object({ tenantId: z.string(), template: z.string(), at: z.iso.datetime().pipe(z.coerce.date()) })
export const events = defineEvents({ 'email.send': emailSend, 'order.created': eventType<{ tenantId: string; orderId: number }>() })

declare module '@cgk-platform/jobs' {
  interface JobEvents extends EventsOf<Pick<typeof events, 'order.created'>> {
    'email.send': typeof emailSend
  }
}

const mail = defineJob({
  id: 'mail',
  event: 'email.send',
  handler: ({ payload }) => payload.template + payload.at.getUTCFullYear(),
})
const count = defineJob({ id: 'count', event: 'order.created', handler: ({ payload }) => payload.orderId.toFixed() })
export const refunds = defineJob({ id: 'refunds', event: 'order.refunded', handler: ({ payload }) => payload.refundId })

const email = await sendJob('email.send', { tenantId: 'acme', template: 'welcome', at: '2026-01-01T00:00:00Z' })
const order = await sendJob('order.created', { tenantId: 'acme', orderId: 7 })
console.log(findRun(await waitForJob(email.id), mail)?.output, findRun(await waitForJob(order.id), count)?.output)

void function () {
  // @ts-expect-error -- a field of the built-in event
  void sendJob('email.send', { tenantId: 'acme', type: 'welcome', recipientEmail: 'a@example.com' })
  // @ts-expect-error -- the type of the built-in event
  void sendJob('order.created', { tenantId: 'acme', orderId: 'order_7' })
  void createTestEngine().client.sendJob('order.created', { tenantId: 'acme', orderId: 7 })
}
`

afterAll(() => project.remove())

test('an app gives built-in events its own payloads', async () => {
  project.write('app.ts', app)
  expect(await project.compile()).toEqual([])
  expect(await project.run('app.ts')).toMatchObject({ exitCode: 0, stdout: 'welcome2026 7\n' })
})
