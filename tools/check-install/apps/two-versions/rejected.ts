// A later version of the library stores definitions in another format. An app cannot load both versions.
import assert from 'node:assert/strict'
import { defineJob } from '@cgk-platform/jobs'
import { JobsError } from '@cgk-platform/jobs/errors'

defineJob({ id: 'weigh', event: 'order.created', handler: () => undefined })

try {
  await import('later-jobs')
  assert.fail('The import of the incompatible version did not fail.')
} catch (error) {
  assert(JobsError.isInstance(error))
  assert.equal(error.code, 'incompatible_copies')
  console.log(error.message)
}
