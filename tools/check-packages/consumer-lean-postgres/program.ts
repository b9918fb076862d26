// A lean app on PostgreSQL, in the database of `DATABASE_URL`: no vendor's SDK, and only three packages of this library.
import assert from 'node:assert/strict'
import {
  createJobClient,
  defineEvents,
  defineJob,
  eventType,
  findRun,
  type JobContext,
  type JobPayload,
  sendJob,
  setJobClient,
  waitForJob,
} from '@cgk-platform/jobs-postgres'

interface ParcelPacked {
  tenantId: string
  parcelId: string
  grams: number
}

declare module '@cgk-platform/jobs-postgres' {
  interface JobEvents {
    'parcel.packed': ParcelPacked
  }
}

defineEvents({ 'parcel.packed': eventType<ParcelPacked>() })

const label = ({ parcelId }: JobPayload<'parcel.packed'>, { tenantId }: JobContext): string => `${tenantId}/${parcelId}`

const weigh = defineJob({
  id: 'weigh',
  event: 'parcel.packed',
  retry: { maxAttempts: 2, backoff: 'fixed', initialDelay: 10 },
  handler: async ({ payload }, context) => {
    if (context.attempt === 1) throw new Error('The scales are busy.')
    return { label: label(payload, context), kilograms: payload.grams / 1000 }
  },
})

const client = createJobClient({ provider: 'postgres', config: { concurrency: 10 }, jobs: [weigh] })
setJobClient(client)
const job = await sendJob('parcel.packed', { tenantId: 'tenant_1', parcelId: 'p1', grams: 1500 })
const status = await waitForJob(job.id, { timeout: '30s' })
const output: { label: string; kilograms: number } | undefined = findRun(status, weigh)?.output
assert.deepEqual([status.runs[0]?.attempts, output], [2, { label: 'tenant_1/p1', kilograms: 1.5 }])
assert.equal((await client.healthCheck()).ok, true)
await client.close()
console.log('done')
