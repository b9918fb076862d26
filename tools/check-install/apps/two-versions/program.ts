// The app depends on one version of the facade, and a library on another. Both must run the same definitions.
import assert from 'node:assert/strict'
import * as own from '@cgk-platform/jobs'
import { JobsError } from '@cgk-platform/jobs/errors'
import * as other from 'other-jobs'
import * as otherErrors from 'other-jobs/errors'

assert.notEqual(JobsError, otherErrors.JobsError, 'The test requires two versions, but only one is loaded.')

const error = await own
  .createJobClient({ provider: 'local' })
  .getJobStatus('unknown')
  .catch((thrown: unknown) => thrown)
assert(otherErrors.JobsError.isInstance(error) && otherErrors.JobNotFoundError.isInstance(error))
assert(!otherErrors.UnknownEventError.isInstance(error))

other.defineEvents({ 'parcel.packed': other.eventType<{ tenantId: string }>() })
const weigh = other.defineJob({
  id: 'weigh',
  event: 'order.created',
  retry: { maxAttempts: 1 },
  handler: ({ payload }) => {
    if (payload.orderId === 'lost') throw new other.NonRetryableError('It is lost.')
    return payload.orderId
  },
})
const client = own.createJobClient({ provider: 'local' })
const payload = { tenantId: 'tenant_1', orderId: 'order_1' }
const job = await client.sendJob('order.created', payload)
const { state, runs } = await client.waitForJob(job.id, { timeout: '30s' })
assert.deepEqual([state, runs[0]?.definitionId, runs[0]?.output], ['completed', weigh.id, 'order_1'])
const lost = await client.sendJob('order.created', { ...payload, orderId: 'lost' }, { maxAttempts: 5 })
assert.equal((await client.waitForJob(lost.id, { timeout: '30s' })).runs[0]?.attempts, 1)
await client.close()
console.log('done')
