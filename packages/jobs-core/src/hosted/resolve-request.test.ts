import { expect, test } from 'vitest'

import { resolveOptionalRequest, resolveRequest, failedSend } from './resolve-request.ts'
import { responseFailure } from './classify-failure.ts'
import { RequestFailure } from './request-failure.ts'

const question = { provider: 'plain', operation: 'read the run' }
const failing = (status: number, message?: string): Promise<never> =>
  Promise.reject(new RequestFailure(responseFailure({ status, message, remedy: 'Look.' })))

test('a failure is told to users with the question; of a change that may be done, so', async () => {
  await expect(resolveRequest(question, failing(503))).rejects.toMatchObject({
    code: 'request_failed',
    status: 503,
    message: 'Failed to read the run on `plain`: the server responded with 503. Look.',
  })
  await expect(resolveRequest({ ...question, isMutation: true }, failing(503))).rejects.toThrow(
    'It may have taken effect',
  )
  await expect(resolveRequest(question, Promise.reject(new TypeError('odd')))).rejects.toThrow(TypeError)
})

test('nothing is told only where the engine itself says so', async () => {
  expect(await resolveOptionalRequest(question, failing(404, 'not found'))).toBeUndefined()
  expect(await resolveOptionalRequest(question, failing(409, 'ended'), [409])).toBeUndefined()
  await expect(resolveOptionalRequest(question, failing(404))).rejects.toMatchObject({ status: 404 })
  await expect(resolveOptionalRequest(question, failing(409, 'ended'))).rejects.toMatchObject({ status: 409 })
})

test('a send that failed tells whether it may have been accepted', () => {
  const send = { event: 'order.created', provider: 'plain', jobId: 'job' }
  const told = (status: number) => failedSend(send, new RequestFailure(responseFailure({ status }), { cause: 'why' }))
  expect(told(503)).toMatchObject({ ok: false, error: { accepted: 'maybe', jobId: 'job', cause: 'why' } })
  expect(told(400)).toMatchObject({ ok: false, error: { accepted: 'no' } })
})
