import { expect, test } from 'vitest'

import { connectionError, inTurn, type Reply } from '../../test/kit/fake-server.ts'
import { openApi, requestFailure } from '../../test/kit/open-api.ts'

const notFound: Reply = { status: 404, body: { errors: [{ code: 'not_found', message: 'Run not found' }] } }

const maybe = 'It may have been done all the same: read the status before you ask again.'
const not = 'Nothing was changed as far as is known, so it can be tried again.'

test.each<[string, Reply | Error, remedy: string]>([
  ['no answer', connectionError('ECONNRESET'), maybe],
  ['500', { status: 500 }, maybe],
  ['503', { status: 503, body: { error: 'restarting' } }, maybe],
  ['a success that cannot be read', { status: 200, body: '<html>' }, maybe],
  [
    'a server that was not reached',
    connectionError('ECONNREFUSED'),
    'See that it runs there, or correct the address (',
  ],
  ['429', { status: 429 }, not],
  ['404', notFound, not],
])('a change with %s for an answer says whether it may have been made', async (_, reply, remedy) => {
  const { api, clock } = openApi(inTurn(reply))
  const { message } = await requestFailure(clock, api.post('the retry', '/v2/runs/run_1/rerun', []))
  expect(message).toContain(`. ${remedy}`)
})

test('a question that fails has changed nothing', async () => {
  const { api, clock } = openApi(() => ({ status: 500 }))
  const { message } = await requestFailure(clock, api.get('for the run', '/v2/runs/run_1'))
  expect(message).toContain('Nothing was changed as far as is known')
})
