import { describe, expect, test } from 'vitest'

import { toResponseFailure, toFailure } from './to-failure.ts'

const now = Date.parse('2026-03-01T12:00:00Z')
const origin = 'https://trigger.test'

describe('an answer', () => {
  test('that is a success and cannot be read is asked for again where it was cut off', () => {
    expect(toResponseFailure({ status: 200, rawBody: undefined }, now).isTransient).toBe(true)
    expect(toResponseFailure({ status: 200, rawBody: { id: 7 } }, now).isTransient).toBe(false)
  })

  test('without words of its own may be of something before Trigger.dev', () => {
    const failure = toResponseFailure({ status: 404 }, now)
    expect(failure).toMatchObject({ problem: 'it answered 404', isFromEngine: false })
    expect(failure.remedy).toBe('Check the address (`apiUrl` or `TRIGGER_API_URL`).')
    expect(toResponseFailure({ status: 404, error: 'Run not found' }, now).remedy).toBeUndefined()
    expect(toResponseFailure({ status: 400, error: { issues: [] } }, now).isFromEngine).toBe(false)
    expect(toResponseFailure({ status: 400, error: { message: 'no good' } }, now).problem).toBe('it answered 400 (no good)')
  })

  test('that refuses the key says where it is from and what it belongs to', () => {
    for (const status of [401, 403]) {
      expect(toResponseFailure({ status, error: 'Invalid API Key' }, now).remedy).toBe(
        'Check the key (`apiKey` or `TRIGGER_SECRET_KEY`), which belongs to one environment of one project.',
      )
    }
  })

  test('that is of the size says so', () => {
    expect(toResponseFailure({ status: 413 }, now).remedy).toBe('The payload is over the limit of the server.')
  })

  test.each<[headers: Record<string, string>, waitMs: number | undefined]>([
    [{}, undefined],
    [{ 'retry-after': '2' }, 2000],
    [{ 'x-ratelimit-reset': String(now + 1500) }, 1500],
    [{ 'x-ratelimit-reset': 'soon' }, undefined],
  ])('with the headers %o asks to be left alone for %s ms', (headers, waitMs) => {
    expect(toResponseFailure({ status: 429, headers }, now).retryAfterMs).toBe(waitMs)
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
      remedy: 'Set `apiKey` or `TRIGGER_SECRET_KEY`.',
      mayHaveSucceeded: false,
      isTransient: false,
      isFromEngine: false,
    })
  })

  test('of another kind may have come after the server took it', () => {
    expect(toFailure(new RangeError('odd'), origin, now)).toMatchObject({
      problem: 'its SDK failed: odd',
      mayHaveSucceeded: true,
    })
  })
})
