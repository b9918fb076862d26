import { expect, test } from 'vitest'

import { resolveOptionalRequest, resolveRequest, failedSend } from './resolve-request.ts'
import { responseFailure } from './classify-failure.ts'
import { RequestFailure } from './request-failure.ts'

const description = { provider: 'plain', operation: 'read the run' }
const failing = (status: number, message?: string): Promise<never> =>
  Promise.reject(new RequestFailure(responseFailure({ status, message, remedy: 'Look.' })))

test('throws an error for users that names the operation and whether a change may have taken effect', async () => {
  await expect(resolveRequest(description, failing(503))).rejects.toMatchObject({
    code: 'request_failed',
    status: 503,
    message: 'Failed to read the run on `plain`: the server responded with 503. Look.',
  })
  await expect(resolveRequest({ ...description, isMutation: true }, failing(503))).rejects.toThrow(
    'It may have taken effect',
  )
  await expect(resolveRequest(description, Promise.reject(new TypeError('odd')))).rejects.toThrow(TypeError)
})

test('returns undefined only if the engine itself reports a missing resource', async () => {
  expect(await resolveOptionalRequest(description, failing(404, 'not found'))).toBeUndefined()
  expect(await resolveOptionalRequest(description, failing(409, 'ended'), [409])).toBeUndefined()
  await expect(resolveOptionalRequest(description, failing(404))).rejects.toMatchObject({ status: 404 })
  await expect(resolveOptionalRequest(description, failing(409, 'ended'))).rejects.toMatchObject({ status: 409 })
})

test('reports whether a failed send may have been accepted', () => {
  const send = { event: 'order.created', provider: 'plain', jobId: 'job' }
  const result = (status: number) => failedSend(send, new RequestFailure(responseFailure({ status }), { cause: 'why' }))
  expect(result(503)).toMatchObject({ ok: false, error: { accepted: 'maybe', jobId: 'job', cause: 'why' } })
  expect(result(400)).toMatchObject({ ok: false, error: { accepted: 'no' } })
})
