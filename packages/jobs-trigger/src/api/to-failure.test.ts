import { describe, expect, test } from 'vitest'

import { toResponseFailure, toFailure } from './to-failure.ts'

const now = Date.parse('2026-03-01T12:00:00Z')
const origin = 'https://trigger.test'

describe('toResponseFailure', () => {
  test('makes a truncated success transient, and an unreadable one permanent', () => {
    expect(toResponseFailure({ status: 200, rawBody: undefined }, now).isTransient).toBe(true)
    expect(toResponseFailure({ status: 200, rawBody: { id: 7 } }, now).isTransient).toBe(false)
  })

  test('attributes a response without a message to something in front of Trigger.dev', () => {
    const failure = toResponseFailure({ status: 404 }, now)
    expect(failure).toMatchObject({ problem: 'the server responded with 404', isFromEngine: false })
    expect(failure.remedy).toBe('Check the address (`apiUrl` or `TRIGGER_API_URL`).')
    expect(toResponseFailure({ status: 404, error: 'Run not found' }, now).remedy).toBeUndefined()
    expect(toResponseFailure({ status: 400, error: { issues: [] } }, now).isFromEngine).toBe(false)
    expect(toResponseFailure({ status: 400, error: { message: 'no good' } }, now).problem).toBe(
      'the server responded with 400 (no good)',
    )
  })

  test('names the settings of a rejected key', () => {
    for (const status of [401, 403]) {
      expect(toResponseFailure({ status, error: 'Invalid API Key' }, now).remedy).toBe(
        'Check the key (`apiKey` or `TRIGGER_SECRET_KEY`), which belongs to one environment of one project.',
      )
    }
  })

  test('suggests a smaller payload for a 413', () => {
    expect(toResponseFailure({ status: 413 }, now).remedy).toBe(
      'Send a smaller payload: this one is over the limit of the server.',
    )
  })

  test('reads the time of a reset', () => {
    const headers = { 'x-ratelimit-reset': String(now + 1500) }
    expect(toResponseFailure({ status: 429, headers }, now).retryAfterMs).toBe(1500)
  })
})

describe('toFailure', () => {
  test('recognizes an SDK error by its name, because there may be two copies of the SDK', () => {
    const apiError = (facts: object) => Object.assign(new Error('SDK'), { name: 'TriggerApiError', ...facts })
    expect(toFailure(apiError({ status: 422, error: 'no good' }), origin, now).problem).toBe(
      'the server responded with 422 (no good)',
    )
    expect(toFailure(apiError({ cause: { code: 'ECONNREFUSED' } }), origin, now).problem).toContain('the connection to')
  })

  test('names the settings of a missing key', () => {
    const error = Object.assign(new Error('You need to…'), { name: 'ApiClientMissingError' })
    expect(toFailure(error, origin, now)).toEqual({
      problem: 'the key is missing',
      remedy: 'Set `apiKey` or `TRIGGER_SECRET_KEY`.',
      mayHaveSucceeded: false,
      isTransient: false,
      isFromEngine: false,
    })
  })

  test('assumes that a request with another SDK error may have succeeded', () => {
    expect(toFailure(new RangeError('odd'), origin, now)).toMatchObject({
      problem: 'the SDK failed: odd',
      mayHaveSucceeded: true,
    })
  })
})
