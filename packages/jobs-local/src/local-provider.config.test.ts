import { describe, expect, test } from 'vitest'

import { createTestEngine } from './testing/index.ts'
import { createJobClient } from './create-job-client.ts'
import type { LocalConfig } from './local-config.ts'
import { createLocalProvider } from './local-provider.ts'

describe('the local engine cannot be set up', () => {
  test.each<[what: string, config: unknown, message: string]>([
    ['a misspelt setting', { concurency: 5 }, '`concurency` is not an option of the local engine. The options are '],
    ['a setting of another engine', { apiKey: 'key' }, '`apiKey` is not an option of the local engine. '],
    ['a misspelt part of one', { retention: { cout: 5 } }, '`cout` is not an option of `retention`. '],
    ['a number for its retention', { retention: 5 }, '`options` is a number, not an object. The options are `count`'],
    ['a list', [], '`options` is an array, not an object. The options are `concurrency`, `retention`, '],
    [
      'a retention of nothing',
      { retention: { count: 0 } },
      '`retention.count` is `0`. Give a whole number of 1 or more.',
    ],
    ['half a job kept', { retention: { count: 1.5 } }, '`retention.count` is `1.5`. '],
  ])('with %s', (_what, config, message) => {
    for (const make of [
      () => createLocalProvider(config as LocalConfig),
      () => createJobClient({ config: config as LocalConfig }),
    ]) {
      expect(make).toThrow(
        expect.objectContaining({ code: 'invalid_option', message: expect.stringContaining(message) }),
      )
    }
  })

  test('nor that of a test with a setting that there is not', () => {
    expect(() => createTestEngine({ config: { concurency: 5 } as LocalConfig })).toThrow(
      '`concurency` is not an option',
    )
  })
})

describe('the local engine can be set up', () => {
  test.each<[config: LocalConfig | undefined]>([
    [undefined],
    [{}],
    [{ concurrency: undefined, retention: undefined }],
    [{ concurrency: 1, retention: { count: 1, age: 0 } }],
    [{ retention: { count: undefined, age: undefined } }],
  ])('with %j', (config) => {
    expect(() => createLocalProvider(config)).not.toThrow()
  })
})
