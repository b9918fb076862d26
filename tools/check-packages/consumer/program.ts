// An app outside the workspace: type-checked against the tarballs, then compiled and run on every supported Node.
import assert from 'node:assert/strict'
import {
  createJobClient,
  defineEvents,
  defineJob,
  defineWorkflow,
  eventType,
  findRun,
  type JobPayload,
  sendJob,
  setJobClient,
  waitForJob,
} from '@cgk-platform/jobs'
import { createTestEngine } from '@cgk-platform/jobs/local/testing'
import { z } from 'zod'

interface ParcelPacked {
  tenantId: string
  parcelId: string
  grams: number
}

interface EmailSend {
  tenantId: string
  template: string
}

const videoReady = z.object({ tenantId: z.string(), videoId: z.string(), readyAt: z.coerce.date<string>() })

declare module '@cgk-platform/jobs' {
  interface JobEvents {
    'email.send': EmailSend // replaces a built-in event
    'parcel.packed': ParcelPacked
    'video.ready': typeof videoReady
  }
}

defineEvents({
  'email.send': eventType<EmailSend>(),
  'parcel.packed': eventType<ParcelPacked>(),
  'video.ready': videoReady,
})

const weigh = defineJob({
  id: 'weigh',
  event: 'parcel.packed',
  handler: async ({ payload }, { tenantId, attempt }) => {
    if (attempt === 1) throw new Error('The scales are busy.')
    return { label: `${tenantId}/${payload.parcelId}`, kilograms: payload.grams / 1000 }
  },
  retry: { maxAttempts: 2, backoff: 'fixed', initialDelay: 10 },
})

export const publish = defineJob({
  id: 'publish',
  event: 'video.ready',
  handler: ({ payload }) => ({ year: payload.readyAt.getUTCFullYear() }),
})

const mail = defineJob({ id: 'mail', event: 'email.send', handler: ({ payload }) => ({ sent: payload.template }) })

const client = createJobClient({ provider: 'local' })
setJobClient(client)
const job = await sendJob('parcel.packed', { tenantId: 'tenant_1', parcelId: 'p1', grams: 1500 })
const status = await waitForJob(job.id, { timeout: '30s' })
const output: { label: string; kilograms: number } | undefined = findRun(status, weigh)?.output
assert.equal(status.state, 'completed')
assert.deepEqual(output, { label: 'tenant_1/p1', kilograms: 1.5 })
const email = await sendJob('email.send', { tenantId: 'tenant_1', template: 'welcome' })
assert.deepEqual(findRun(await waitForJob(email.id, { timeout: '30s' }), mail)?.output, { sent: 'welcome' })
await client.close()

const engine = createTestEngine()
const sent: JobPayload<'video.ready'>['readyAt'] = new Date('2026-01-02T00:00:00Z')
await engine.client.scheduleJob(
  'video.ready',
  { tenantId: 'tenant_1', videoId: 'v1', readyAt: sent.toISOString() },
  { delay: '24h' },
)
await engine.runUntilIdle()
assert.deepEqual(
  engine.attempts.map(({ outcome }) => outcome),
  [{ type: 'completed', output: { year: 2026 } }],
)
await engine.close()

export const insure = defineJob({
  id: 'insure',
  payload: eventType<{ cents: number }>(),
  handler: ({ payload }) => ({ premium: payload.cents / 100 }),
})

const deliver = defineWorkflow({
  id: 'deliver',
  event: 'parcel.packed',
  steps: async ({ payload }, step) => {
    const label = await step.run('print', () => ({ parcelId: payload.parcelId, printedAt: new Date(0) }))
    const printedAt: string = label.printedAt
    await step.sleep('overnight', '12h')
    const weighed: { kilograms: number } = await step.runJob('weigh-again', weigh, { parcelId: 'p2', grams: 2000 })
    const insured: { premium: number } = await step.runJob('insure', insure, { cents: 5000 })
    const ready = await step.waitForEvent('video', 'video.ready', { timeout: '1h' })
    return { printedAt, weighed: weighed.kilograms, ...insured, video: ready?.payload.videoId ?? null }
  },
})

const nights = createTestEngine({ jobs: [deliver, weigh, insure] })
const delivery = await nights.client.sendJob('parcel.packed', { tenantId: 'tenant_1', parcelId: 'p1', grams: 1500 })
await nights.advance('2d')
const delivered = findRun(await nights.client.getJobStatus(delivery.id), deliver)
const came: { printedAt: string; weighed: number; premium: number; video: string | null } | undefined =
  delivered?.output
assert.deepEqual(came, { printedAt: '1970-01-01T00:00:00.000Z', weighed: 2, premium: 50, video: null })
assert.deepEqual(
  delivered?.steps?.map(({ kind }) => kind),
  ['run', 'sleep', 'runJob', 'runJob', 'waitForEvent'],
)
await nights.close()
console.log('done')
