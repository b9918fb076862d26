import { describe, expect, test } from 'vitest'

import { responseFailure, connectionFailure, timeoutFailure } from './classify-failure.ts'

const address = { origin: 'http://engine.test', settings: '`baseUrl`' }
const failed = (code: string) =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(`connect ${code}`), { code }) })

describe('responseFailure', () => {
  test.each<[status: number, mayHaveSucceeded: boolean, isTransient: boolean]>([
    [400, false, false],
    [401, false, false],
    [404, false, false],
    [408, true, true],
    [409, false, false],
    [413, false, false],
    [422, false, false],
    [429, false, true],
    [500, true, true],
    [503, true, true],
    [599, true, true],
  ])('classifies the status %d', (status, mayHaveSucceeded, isTransient) => {
    const failure = responseFailure({ status, message: 'no good', remedy: 'Do.' })
    const problem = `the server responded with ${status} (no good)`
    expect(failure).toMatchObject({
      status,
      mayHaveSucceeded,
      isTransient,
      problem,
      remedy: 'Do.',
      isFromEngine: true,
    })
  })

  test('reports that an unreadable success may have succeeded', () => {
    const unread = { problem: 'the response cannot be read', mayHaveSucceeded: true, isFromEngine: false }
    expect(responseFailure({ status: 200 })).toMatchObject({ ...unread, isTransient: false })
    expect(responseFailure({ status: 200, isTruncated: true })).toMatchObject({ ...unread, isTransient: true })
    expect(responseFailure({ status: 302 })).toMatchObject({
      problem: 'the server responded with 302',
      mayHaveSucceeded: true,
    })
  })

  test('does not attribute a response without a message to the engine', () => {
    expect(responseFailure({ status: 404 })).toMatchObject({
      problem: 'the server responded with 404',
      isFromEngine: false,
    })
    expect(responseFailure({ status: 404, message: 'no', isFromEngine: false }).isFromEngine).toBe(false)
  })

  test('includes the requested delay in whole seconds if a retry may succeed', () => {
    const expected = (status: number, retryAfterMs: number | undefined) => responseFailure({ status, retryAfterMs })
    expect(expected(429, 1500)).toMatchObject({
      problem: 'the server responded with 429 and wants no requests for 2 s',
      retryAfterMs: 1500,
    })
    expect(expected(503, 0).problem).toBe('the server responded with 503')
    expect(expected(422, 1500)).toMatchObject({ problem: 'the server responded with 422', retryAfterMs: undefined })
  })
})

describe('connectionFailure', () => {
  test.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'])(
    'reports that nothing was sent on a connection that was never established (%s)',
    (code) => {
      const problem = `the connection to http://engine.test failed (${code})`
      const remedy = 'Make sure that it is running there (`start`), or correct the address (`baseUrl`).'
      const expected = { problem, remedy, mayHaveSucceeded: false, isTransient: true, isFromEngine: false }
      expect(connectionFailure(failed(code), { ...address, start: '`start`' })).toEqual(expected)
    },
  )

  test.each([
    'CERT_HAS_EXPIRED',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  ])('reports an untrusted server (%s) as a permanent failure', (code) => {
    expect(connectionFailure(failed(code), address)).toEqual({
      problem: `the connection to http://engine.test failed (${code})`,
      remedy: 'Check the address (`baseUrl`), and that this process trusts its certificate (`NODE_EXTRA_CA_CERTS`).',
      mayHaveSucceeded: false,
      isTransient: false,
      isFromEngine: false,
    })
  })

  test.each([
    'ECONNRESET',
    'EPIPE',
    'UND_ERR_SOCKET',
    'UND_ERR_HEADERS_TIMEOUT',
    'UND_ERR_BODY_TIMEOUT',
    'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
  ])('reports that a request on a broken connection (%s) may have succeeded', (code) => {
    expect(connectionFailure(failed(code), address)).toMatchObject({ mayHaveSucceeded: true, isTransient: true })
  })

  test('reports the code of the first address of a host', () => {
    const errors = ['ECONNREFUSED', 'ENETUNREACH'].map((code) => Object.assign(new Error(code), { code }))
    const cause = new AggregateError(errors)
    const { problem, mayHaveSucceeded } = connectionFailure(new TypeError('fetch failed', { cause }), address)
    expect([problem, mayHaveSucceeded]).toEqual(['the connection to http://engine.test failed (ECONNREFUSED)', false])
  })

  test('finds the code in up to five nested causes', () => {
    const nested = (depth: number): Error =>
      depth === 0
        ? Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
        : new Error('failed', { cause: nested(depth - 1) })
    expect(connectionFailure(nested(5), address).mayHaveSucceeded).toBe(false)
    expect(connectionFailure(nested(6), address).mayHaveSucceeded).toBe(true)
  })

  test('reports that a request may have succeeded if the reason is unknown', () => {
    const circular = new Error('round')
    circular.cause = circular
    for (const error of [new Error('no'), 'no', undefined, null, { code: 7 }, new AggregateError([]), circular]) {
      const problem = 'the connection to http://engine.test failed'
      expect(connectionFailure(error, address)).toMatchObject({ problem, mayHaveSucceeded: true, remedy: undefined })
    }
  })

  test('reports that a timed-out request may have succeeded', () => {
    expect(timeoutFailure(60)).toMatchObject({
      problem: 'no response within 60 ms',
      mayHaveSucceeded: true,
      isTransient: true,
    })
  })
})
