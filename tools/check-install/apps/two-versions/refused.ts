// A later version of the library keeps its definitions in another shape: one app cannot have both.
import assert from 'node:assert/strict'
import { defineJob, JobsError } from '@cgk-platform/jobs'

defineJob({ id: 'weigh', event: 'order.created', handler: () => undefined })

try {
  await import('later-jobs')
  assert.fail('It was taken.')
} catch (error) {
  assert(JobsError.isInstance(error))
  assert.equal(error.code, 'incompatible_copies')
  console.log(error.message)
}
