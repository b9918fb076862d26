import { expect, test } from 'vitest'

import { connectionError, inTurn, type Reply } from '../../test/kit/fake-server.ts'
import { openApi, requestFailure } from '../../test/kit/open-api.ts'

const notFound: Reply = { status: 404, body: { errors: [{ code: 'not_found', message: 'Run not found' }] } }

test.each<[string, Reply | Error, boolean]>([
  ['no answer', connectionError('ECONNRESET'), true],
  ['500', { status: 500 }, true],
  ['503', { status: 503, body: { error: 'restarting' } }, true],
  ['a success that cannot be read', { status: 200, body: '<html>' }, true],
  ['a server that was not reached', connectionError('ECONNREFUSED'), false],
  ['429', { status: 429 }, false],
  ['404', notFound, false],
])('a change with %s for an answer says whether it may have been made', async (_, reply, mayBeDone) => {
  const { api, clock } = openApi(inTurn(reply))
  const { message } = await requestFailure(clock, api.post('the retry', '/v2/runs/run_1/rerun', []))
  expect(message.endsWith('. It may have been done all the same: read the status before you ask again.')).toBe(
    mayBeDone,
  )
  expect(message.includes('Nothing was changed as far as is known')).toBe(!mayBeDone)
})

test('a question that fails has changed nothing', async () => {
  const { api, clock } = openApi(() => ({ status: 500 }))
  const { message } = await requestFailure(clock, api.get('for the run', '/v2/runs/run_1'))
  expect(message).toContain('Nothing was changed as far as is known')
})
