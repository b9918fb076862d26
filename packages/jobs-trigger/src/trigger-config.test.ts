import { InvalidOptionError } from '@cgk-platform/jobs-core/errors'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { toConnection, type TriggerConfig } from './trigger-config.ts'

beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('TRIGGER_')) vi.stubEnv(name, undefined)
})

afterEach(() => vi.unstubAllEnvs())

function errorOf(config?: unknown): InvalidOptionError {
  try {
    toConnection(config as TriggerConfig)
  } catch (error) {
    if (InvalidOptionError.isInstance(error)) return error
    throw error
  }
  throw new Error('The configuration was accepted.')
}

describe('a connection', () => {
  test('has no settings by default', () => {
    for (const none of [undefined, {}, { apiKey: undefined, version: undefined }]) {
      expect({ ...toConnection(none) }).toEqual({
        apiKey: undefined,
        apiUrl: undefined,
        previewBranch: undefined,
        version: undefined,
      })
    }
  })

  test('reads omitted settings from the environment at each access, except for the key', () => {
    const connection = toConnection()
    vi.stubEnv('TRIGGER_SECRET_KEY', 'tr_prod_1')
    vi.stubEnv('TRIGGER_API_URL', 'http://later.test')
    vi.stubEnv('TRIGGER_PREVIEW_BRANCH', 'later')
    vi.stubEnv('TRIGGER_VERSION', '20260301.2')
    const { apiKey, apiUrl, previewBranch, version } = connection
    expect([apiKey, apiUrl, previewBranch, version]).toEqual([undefined, 'http://later.test', 'later', '20260301.2'])
  })

  test('ignores empty variables', () => {
    for (const name of ['TRIGGER_SECRET_KEY', 'TRIGGER_API_URL', 'TRIGGER_PREVIEW_BRANCH', 'TRIGGER_VERSION']) {
      vi.stubEnv(name, '')
    }
    const { apiUrl, previewBranch, version } = toConnection()
    expect([apiUrl, previewBranch, version]).toEqual([undefined, undefined, undefined])
  })

  test('removes a trailing line break of a key', () => {
    expect(toConnection({ apiKey: 'tr_dev_1\n' }).apiKey).toBe('tr_dev_1')
  })
})

describe('rejects', () => {
  test.each<[string, unknown, string, RegExp]>([
    [
      'a misspelled setting',
      { apikey: 'key' },
      'apikey',
      /is not an option of Trigger\.dev\. The options are `apiKey`,/,
    ],
    ['a string instead of settings', 'production', 'options', /is a string, not an object/],
    ['an empty key', { apiKey: ' ' }, 'apiKey', /is blank\. Pass a non-empty string/],
    ['a key of another type', { apiKey: 7 }, 'apiKey', /is a number, not a string/],
    ['an empty branch', { previewBranch: '' }, 'previewBranch', /is empty/],
    ['an empty version', { version: '' }, 'version', /is empty/],
    [
      'an address without a protocol',
      { apiUrl: 'trigger.dev' },
      'apiUrl',
      /is not an HTTP URL\. Set `apiUrl` or `TRIGGER_API_URL` to an address/,
    ],
    ['another protocol', { apiUrl: 'ftp://trigger.dev' }, 'apiUrl', /is not an HTTP URL/],
    ['an address of another type', { apiUrl: 7 }, 'apiUrl', /is not an HTTP URL/],
  ])('%s', (_, config, option, message) => {
    const error = errorOf(config)
    expect(error.option).toBe(option)
    expect(error.message).toMatch(message)
  })

  test.each(['tr_dev_se cret', 'tr_dev_se\ncret', 'tr_dev_secrét', 'tr_dev_\u00a0secret'])(
    'a key with an invalid character, without showing the key',
    (apiKey) => {
      const error = errorOf({ apiKey })
      expect(error.message).toMatch(/has a character that is not allowed in a key, such as a space or a line break/)
      expect(error.message).not.toMatch(/tr_dev|cr[eé]t/)
      vi.stubEnv('TRIGGER_SECRET_KEY', apiKey)
      expect(errorOf().option).toBe('apiKey')
    },
  )

  test('an invalid variable, also at a later access', () => {
    const connection = toConnection()
    vi.stubEnv('TRIGGER_API_URL', 'localhost:3030')
    expect(errorOf().option).toBe('apiUrl')
    expect(() => connection.apiUrl).toThrow(InvalidOptionError)
  })
})
