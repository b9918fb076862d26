import { toErrorInfo } from '@cgk-platform/jobs-core/provider'
import { connectionError, inTurn, type Reply } from '@cgk-platform/test-kit/replies'
import { describe, expect, test, vi } from 'vitest'

import { type Responder, testSigningKey } from '../../test/kit/fake-server.ts'
import { openApi, requestFailure } from '../../test/kit/open-api.ts'

describe('a rejected key', () => {
  const fallback = 'signkey-test-fallback'
  const byKey: Responder = ({ headers }) =>
    headers.get('authorization') === `Bearer ${fallback}` ? { body: { ok: true } } : { status: 401, body: {} }

  test.each([401, 403])('is followed by the fallback key after status %i', async (status) => {
    const { api, requests } = openApi(inTurn({ status, body: {} }, { body: { ok: true } }), {
      signingKeyFallback: fallback,
    })
    expect(await api.get('it', '/v2/apps')).toEqual({ ok: true })
    const keys = requests.map(({ headers }) => headers.get('authorization'))
    expect(keys).toEqual([`Bearer ${testSigningKey}`, `Bearer ${fallback}`])
  })

  test('is followed by the fallback key when the error is in the body of a 200', async () => {
    const refused = { status: 200, body: { error: 'Unauthorized', status: 401 } }
    const { api, requests } = openApi(inTurn(refused, { body: { ok: true } }), { signingKeyFallback: fallback })
    expect(await api.get('it', '/v1/events')).toEqual({ ok: true })
    expect(requests).toHaveLength(2)
  })

  test('is followed by the fallback key for a change, too', async () => {
    const { api, requests } = openApi(byKey, { signingKeyFallback: fallback })
    expect(await api.post('it', '/v2/runs/run_1/cancel', [])).toEqual({ ok: true })
    expect(requests.map(({ method }) => method)).toEqual(['POST', 'POST'])
  })

  test('fails without a retry, with a remedy', async () => {
    for (const options of [{}, { signingKeyFallback: fallback }]) {
      const { api, clock, requests } = openApi(() => ({ status: 401, body: { error: 'Unauthorized' } }), options)
      const { message, status } = await requestFailure(clock, api.get('read the run', '/v2/runs/run_1'))
      expect(status).toBe(401)
      expect(message).toBe(
        'Failed to read the run on `inngest`: the server responded with 401 (Unauthorized). ' +
          'Check the signing key (`signingKey` or `INNGEST_SIGNING_KEY`) and the environment it belongs to.',
      )
      expect(requests).toHaveLength('signingKeyFallback' in options ? 2 : 1)
    }
  })
})

test('no error contains the key', async () => {
  const replies: (Reply | Error)[] = [
    { status: 401, body: { error: 'Unauthorized' } },
    { status: 500 },
    { status: 200, body: '<html>' },
    connectionError('ECONNRESET'),
  ]
  for (const reply of replies) {
    for (const method of ['get', 'post'] as const) {
      const { api, clock } = openApi(inTurn(reply))
      const work = method === 'get' ? api.get('it', '/v2/apps') : api.post('it', '/v2/runs/run_1/cancel', [])
      const error = await requestFailure(clock, work)
      expect(JSON.stringify(toErrorInfo(error))).not.toContain(testSigningKey.slice(-10))
    }
  }
})

test('reports a missing key', async () => {
  vi.stubEnv('INNGEST_SIGNING_KEY', undefined)
  const { api, clock } = openApi(() => ({ status: 401, body: { error: 'Unauthorized' } }), { signingKey: undefined })
  const { message } = await requestFailure(clock, api.get('read the run', '/v2/runs/run_1'))
  expect(message).toMatch(/The signing key is missing. Set `signingKey` or `INNGEST_SIGNING_KEY`/)
  vi.unstubAllEnvs()
})
