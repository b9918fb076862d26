// A lean app: it installs only the package of its engine, which exports the complete API of the specification.
import assert from 'node:assert/strict'
import {
  cancelJob,
  createJobClient,
  defineCronJob,
  findRun,
  getJobStatus,
  type JobEvent,
  retryJob,
  scheduleJob,
  sendJob,
  setJobClient,
  waitForJob,
} from '@cgk-platform/jobs-trigger'

import { weigh } from './src/jobs.js'

defineCronJob({ id: 'count-parcels', schedule: '0 9 * * *', handler: async () => undefined })

const ignore = (): void => undefined
const quiet = { debug: ignore, info: ignore, warn: ignore, error: ignore }
const client = createJobClient({ provider: 'trigger.dev', logger: quiet, jobs: [weigh] })
setJobClient(client)
assert.deepEqual(
  (await client.healthCheck()).checks.filter(({ ok }) => !ok),
  [],
)

const event: JobEvent = 'parcel.packed'
const job = await sendJob(event, { tenantId: 'tenant_1', parcelId: 'p1', grams: 1500 })
const status = await waitForJob(job.id, { timeout: '1m' })
const output: { label: string; kilograms: number } | undefined = findRun(status, weigh)?.output
assert.deepEqual(
  [status.state, status.runs[0]?.attempts, output],
  ['completed', 2, { label: 'tenant_1/p1', kilograms: 1.5 }],
)

const failing = await sendJob(event, { tenantId: 'tenant_1', parcelId: 'p2', grams: 10 }, { maxAttempts: 1 })
assert.equal((await waitForJob(failing.id, { timeout: '1m' })).state, 'failed')
await retryJob(failing.id)
assert.equal((await waitForJob(failing.id, { timeout: '1m' })).runs.length, 2)

const later = await scheduleJob(event, { tenantId: 'tenant_1', parcelId: 'p3', grams: 10 }, { delay: 86_400_000 })
assert.equal((await getJobStatus(later.id)).state, 'scheduled')
assert.equal((await cancelJob(later.id)).state, 'cancelled')

await client.close()
console.log('done')
