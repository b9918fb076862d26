import { describe, expect, test } from 'vitest'

import { ofAnswer, ofConnection, ofSilence, toFailure } from './to-failure.ts'

const now = Date.parse('2026-03-01T12:00:00Z')
const origin = 'https://trigger.test'

describe('an answer', () => {
  test.each<[status: number, facts: { maybe: boolean; isPassing: boolean }]>([
    [400, { maybe: false, isPassing: false }],
    [401, { maybe: false, isPassing: false }],
    [404, { maybe: false, isPassing: false }],
    [408, { maybe: true, isPassing: true }],
    [409, { maybe: false, isPassing: false }],
    [413, { maybe: false, isPassing: false }],
    [422, { maybe: false, isPassing: false }],
    [429, { maybe: false, isPassing: true }],
    [500, { maybe: true, isPassing: true }],
    [503, { maybe: true, isPassing: true }],
  ])('%d says whether it may be done all the same, and whether asking again may mend it', (status, facts) => {
    const failure = ofAnswer({ status, error: 'no good' }, now)
    expect(failure).toMatchObject({ status, isOwnWord: true, ...facts, problem: `it answered ${status} (no good)` })
  })

  test('that is a success and cannot be read may have been one', () => {
    const cut = ofAnswer({ status: 200, rawBody: undefined }, now)
    expect(cut).toMatchObject({ problem: 'its answer cannot be read', maybe: true, isPassing: true, isOwnWord: false })
    const odd = ofAnswer({ status: 200, rawBody: { id: 7 } }, now)
    expect(odd).toMatchObject({ problem: 'its answer cannot be read', maybe: true, isPassing: false, isOwnWord: false })
  })

  test('without words of its own may be of something before Trigger.dev', () => {
    const failure = ofAnswer({ status: 404 }, now)
    expect(failure).toMatchObject({ problem: 'it answered 404', isOwnWord: false })
    expect(failure.advice).toBe('check the address (`apiUrl` or `TRIGGER_API_URL`)')
    expect(ofAnswer({ status: 404, error: 'Run not found' }, now).advice).toBeUndefined()
    expect(ofAnswer({ status: 400, error: { issues: [] } }, now).isOwnWord).toBe(false)
    expect(ofAnswer({ status: 400, error: { message: 'no good' } }, now).problem).toBe('it answered 400 (no good)')
  })

  test('that refuses the key says where it is from and what it belongs to', () => {
    for (const status of [401, 403]) {
      expect(ofAnswer({ status, error: 'Invalid API Key' }, now).advice).toBe(
        'check the key (`apiKey` or `TRIGGER_SECRET_KEY`), which belongs to one environment of one project',
      )
    }
  })

  test('that is of the size says so', () => {
    expect(ofAnswer({ status: 413 }, now).advice).toBe('the payload is over the limit of the server')
  })

  test.each<[headers: Record<string, string>, waitMs: number | undefined]>([
    [{}, undefined],
    [{ 'retry-after': '2' }, 2000],
    [{ 'retry-after': 'Sun, 01 Mar 2026 12:00:03 GMT' }, 3000],
    [{ 'retry-after': 'Sun, 01 Mar 2026 11:00:00 GMT' }, 0],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'x-ratelimit-reset': String(now + 1500) }, 1500],
    [{ 'x-ratelimit-reset': 'soon' }, undefined],
  ])('with the headers %o asks to be left alone for %s ms', (headers, waitMs) => {
    const failure = ofAnswer({ status: 429, headers }, now)
    expect(failure.retryAfterMs).toBe(waitMs)
    const words = waitMs ? ` and asks to be left alone for ${Math.ceil(waitMs / 1000)} s` : ''
    expect(failure.problem).toBe(`it answered 429${words}`)
  })

  test('is not asked again because of a header that says nothing of it', () => {
    expect(ofAnswer({ status: 422, headers: { 'x-ratelimit-reset': String(now + 1500) } }, now)).toMatchObject({
      isPassing: false,
      problem: 'it answered 422',
    })
  })
})

describe('a connection', () => {
  test.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'])(
    'that never stood (%s) carried nothing',
    (code) => {
      const cause = new TypeError('fetch failed', { cause: Object.assign(new Error('no'), { code }) })
      const problem = `the connection to ${origin} failed (${code})`
      const advice = 'see that it runs there, or correct the address (`apiUrl` or `TRIGGER_API_URL`)'
      expect(ofConnection(cause, origin)).toEqual({ problem, advice, maybe: false, isPassing: true, isOwnWord: false })
    },
  )

  test.each([
    'CERT_HAS_EXPIRED',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  ])('to a server that is not trusted (%s) carried nothing, and asking again mends nothing', (code) => {
    const cause = new TypeError('fetch failed', { cause: Object.assign(new Error('no'), { code }) })
    expect(ofConnection(cause, origin)).toEqual({
      problem: `the connection to ${origin} failed (${code})`,
      advice:
        'check the address (`apiUrl` or `TRIGGER_API_URL`), and that this process trusts its certificate ' +
        '(`NODE_EXTRA_CA_CERTS`)',
      maybe: false,
      isPassing: false,
      isOwnWord: false,
    })
  })

  test('that broke in the middle of what was encrypted may have carried everything', () => {
    const code = 'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC'
    const cause = new TypeError('fetch failed', { cause: Object.assign(new Error('no'), { code }) })
    expect(ofConnection(cause, origin)).toMatchObject({ maybe: true, isPassing: true })
  })

  test('that broke may have carried everything', () => {
    const cause = new TypeError('fetch failed', { cause: Object.assign(new Error('no'), { code: 'ECONNRESET' }) })
    expect(ofConnection(cause, origin)).toMatchObject({ maybe: true, isPassing: true })
    expect(ofConnection(new TypeError('terminated'), origin).problem).toBe(`the connection to ${origin} failed`)
  })

  test('behind a name with several addresses tells the code of the first', () => {
    const code = 'ECONNREFUSED'
    const cause = { cause: new AggregateError([Object.assign(new Error('no'), { code })]) }
    expect(ofConnection(cause, origin).problem).toContain('(ECONNREFUSED)')
  })

  test('whose causes go round is no endless loop', () => {
    const error = new Error('round') as Error & { cause?: unknown }
    error.cause = error
    expect(ofConnection(error, origin).maybe).toBe(true)
  })

  test('that is silent may have carried everything', () => {
    expect(ofSilence(15_000)).toMatchObject({ problem: 'no answer within 15000 ms', maybe: true, isPassing: true })
  })
})

describe("an error of the SDK's", () => {
  test('is told by its name, as there may be two copies of the SDK', () => {
    const apiError = (facts: object) => Object.assign(new Error('SDK'), { name: 'TriggerApiError', ...facts })
    expect(toFailure(apiError({ status: 422, error: 'no good' }), origin, now).problem).toBe(
      'it answered 422 (no good)',
    )
    expect(toFailure(apiError({ cause: { code: 'ECONNREFUSED' } }), origin, now).problem).toContain('the connection to')
  })

  test('for want of a key says what to set', () => {
    const error = Object.assign(new Error('You need to…'), { name: 'ApiClientMissingError' })
    expect(toFailure(error, origin, now)).toEqual({
      problem: 'there is no key',
      advice: 'set `apiKey` or `TRIGGER_SECRET_KEY`',
      maybe: false,
      isPassing: false,
      isOwnWord: false,
    })
  })

  test('of another kind may have come after the server took it', () => {
    expect(toFailure(new RangeError('odd'), origin, now)).toMatchObject({ problem: 'its SDK failed: odd', maybe: true })
  })
})
