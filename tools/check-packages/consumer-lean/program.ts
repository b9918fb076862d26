// A lean app: it installs only the package of its engine, which exports the complete API of the specification.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  cancelJob,
  createInngestFunctions,
  createJobClient,
  defineCronJob,
  defineEvents,
  defineJob,
  eventType,
  findRun,
  getJobStatus,
  type JobContext,
  type JobEvent,
  type JobPayload,
  type RetryConfig,
  retryJob,
  scheduleJob,
  sendJob,
  setJobClient,
  waitForJob,
} from '@cgk-platform/jobs-inngest'
import { Inngest } from 'inngest'
import { serve } from 'inngest/node'

interface ParcelPacked {
  tenantId: string
  parcelId: string
  grams: number
}

declare module '@cgk-platform/jobs-inngest' {
  interface JobEvents {
    'parcel.packed': ParcelPacked
  }
}

defineEvents({ 'parcel.packed': eventType<ParcelPacked>() })

const retry: RetryConfig = { maxAttempts: 1, backoff: 'fixed', initialDelay: '1s', maxDelay: '1m' }
const label = ({ parcelId }: JobPayload<'parcel.packed'>, { tenantId }: JobContext): string => `${tenantId}/${parcelId}`
let scalesAreBusy = true

const weigh = defineJob({
  id: 'weigh',
  event: 'parcel.packed',
  retry,
  handler: async ({ payload }, context) => {
    if (scalesAreBusy) throw new Error('The scales are busy.')
    return { label: label(payload, context), kilograms: payload.grams / 1000 }
  },
})
defineCronJob({ id: 'count-parcels', schedule: '0 9 * * *', handler: async () => undefined })

const ignore = (): void => undefined
const quiet = { debug: ignore, info: ignore, warn: ignore, error: ignore }
const inngest = new Inngest({ id: 'jobs', logger: quiet })
const server = createServer(
  serve({ client: inngest, functions: createInngestFunctions({ client: inngest, logger: quiet }) }),
)
await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
const { port } = server.address() as AddressInfo
assert.equal((await fetch(`http://127.0.0.1:${port}/api/inngest`, { method: 'PUT' })).status, 200)

const client = createJobClient({ provider: 'inngest', logger: quiet })
setJobClient(client)
assert.deepEqual(
  (await client.healthCheck()).checks.filter(({ ok }) => !ok),
  [],
)

const event: JobEvent = 'parcel.packed'
const job = await sendJob(event, { tenantId: 'tenant_1', parcelId: 'p1', grams: 1500 })
assert.equal((await waitForJob(job.id, { timeout: '30s' })).state, 'failed')
scalesAreBusy = false
await retryJob(job.id)
const output: { label: string; kilograms: number } | undefined = findRun(
  await waitForJob(job.id, { timeout: '30s' }),
  weigh,
)?.output
assert.deepEqual(output, { label: 'tenant_1/p1', kilograms: 1.5 })

const later = await scheduleJob(event, { tenantId: 'tenant_1', parcelId: 'p2', grams: 10 }, { delay: 86_400_000 })
assert.equal((await getJobStatus(later.id)).state, 'scheduled')
assert.equal((await cancelJob(later.id)).state, 'cancelled')

await client.close()
server.close()
server.closeAllConnections()
console.log('done')
