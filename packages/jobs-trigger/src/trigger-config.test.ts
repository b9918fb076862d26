import { InvalidOptionError } from '@cgk-platform/jobs-core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { toConnection, type TriggerConfig } from './trigger-config.ts'

beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('TRIGGER_')) vi.stubEnv(name, undefined)
})

afterEach(() => vi.unstubAllEnvs())

function refusal(config?: unknown): InvalidOptionError {
  try {
    toConnection(config as TriggerConfig)
  } catch (error) {
    if (InvalidOptionError.isInstance(error)) return error
    throw error
  }
  throw new Error('It was accepted.')
}

describe('a connection', () => {
  test('has nothing of its own where nothing is set', () => {
    for (const none of [undefined, {}, { apiKey: undefined, version: undefined }]) {
      expect({ ...toConnection(none) }).toEqual({
        apiKey: undefined,
        apiUrl: undefined,
        previewBranch: undefined,
        version: undefined,
      })
    }
  })

  test('takes what is left out from the environment whenever it is read; the key is left to the SDK', () => {
    const connection = toConnection()
    vi.stubEnv('TRIGGER_SECRET_KEY', 'tr_prod_1')
    vi.stubEnv('TRIGGER_API_URL', 'http://later.test')
    vi.stubEnv('TRIGGER_PREVIEW_BRANCH', 'later')
    vi.stubEnv('TRIGGER_VERSION', '20260301.2')
    const { apiKey, apiUrl, previewBranch, version } = connection
    expect([apiKey, apiUrl, previewBranch, version]).toEqual([undefined, 'http://later.test', 'later', '20260301.2'])
  })

  test('takes an empty variable for none', () => {
    for (const name of ['TRIGGER_SECRET_KEY', 'TRIGGER_API_URL', 'TRIGGER_PREVIEW_BRANCH', 'TRIGGER_VERSION']) {
      vi.stubEnv(name, '')
    }
    const { apiUrl, previewBranch, version } = toConnection()
    expect([apiUrl, previewBranch, version]).toEqual([undefined, undefined, undefined])
  })

  test('takes a key that was copied with a line break', () => {
    expect(toConnection({ apiKey: 'tr_dev_1\n' }).apiKey).toBe('tr_dev_1')
  })
})

describe('a setting that cannot be used is refused:', () => {
  test.each<[string, unknown, string, RegExp]>([
    ['a misspelt one', { apikey: 'key' }, 'apikey', /is not an option of Trigger\.dev\. The options are `apiKey`,/],
    ['none at all', 'production', 'options', /is a string, not an object/],
    ['an empty key', { apiKey: ' ' }, 'apiKey', /is blank\. Pass a non-empty string/],
    ['a key of another type', { apiKey: 7 }, 'apiKey', /is a number, not a string/],
    ['an empty branch', { previewBranch: '' }, 'previewBranch', /is empty/],
    ['an empty version', { version: '' }, 'version', /is empty/],
    [
      'no address',
      { apiUrl: 'trigger.dev' },
      'apiUrl',
      /is not an HTTP URL\. Correct the setting or `TRIGGER_API_URL`/,
    ],
    ['another protocol', { apiUrl: 'ftp://trigger.dev' }, 'apiUrl', /is not an HTTP URL/],
    ['an address of another type', { apiUrl: 7 }, 'apiUrl', /is not an HTTP URL/],
  ])('%s', (_, config, option, message) => {
    const error = refusal(config)
    expect(error.option).toBe(option)
    expect(error.message).toMatch(message)
  })

  test.each(['tr_dev_se cret', 'tr_dev_se\ncret', 'tr_dev_secrét', 'tr_dev_\u00a0secret'])(
    'a key with a character that no key has, which is not shown',
    (apiKey) => {
      const error = refusal({ apiKey })
      expect(error.message).toMatch(/has a character that no key has, such as a blank or a line break/)
      expect(error.message).not.toMatch(/tr_dev|cr[eé]t/)
      vi.stubEnv('TRIGGER_SECRET_KEY', apiKey)
      expect(refusal().option).toBe('apiKey')
    },
  )

  test('what the environment says, also later', () => {
    const connection = toConnection()
    vi.stubEnv('TRIGGER_API_URL', 'localhost:3030')
    expect(refusal().option).toBe('apiUrl')
    expect(() => connection.apiUrl).toThrow(InvalidOptionError)
  })
})
