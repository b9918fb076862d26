import { describe, expect, onTestFinished, test, vi } from 'vitest'

import { createTestEngine } from '../testing/index.ts'
import { createJobClient } from '../index.ts'
import { type LocalConfig, toLocalSettings } from './local-config.ts'
import { createLocalProvider } from './local-provider.ts'
import { createTestFile } from '../../test/kit/test-file.ts'

describe('the options of the local engine', () => {
  test.each<[what: string, config: unknown, message: string]>([
    ['a misspelled option', { concurency: 5 }, '`concurency` is not an option of the local engine. The options are '],
    ['an option of another engine', { apiKey: 'key' }, '`apiKey` is not an option of the local engine. '],
    [
      'a misspelled option of `retention`',
      { retention: { cout: 5 } },
      '`retention.cout` is not an option of `retention`. ',
    ],
    ['a number as `retention`', { retention: 5 }, '`retention` is a number, not an object. The options are `count`'],
    ['an array', [], '`options` is an array, not an object. The options are `concurrency`, `retention`, '],
    [
      'a retention count of 0',
      { retention: { count: 0 } },
      '`retention.count` is `0`. Pass a whole number of 1 or more.',
    ],
    ['a fractional retention count', { retention: { count: 1.5 } }, '`retention.count` is `1.5`. '],
    ['an unknown store', { store: 'redis' }, "`store` is `redis`. Use 'memory' or 'sqlite'."],
    ['a SQLite store without a path', { store: 'sqlite' }, "`path` is missing; `store: 'sqlite'` requires it. "],
    [
      "the name of SQLite's memory as a path",
      { path: ':memory:' },
      "`path` is `:memory:`, which is not a file. Use `store: 'memory'` without a `path`.",
    ],
    ['an empty path', { path: '' }, '`path` is empty. Pass the path of a file'],
    [
      'a path with the memory store',
      { store: 'memory', path: 'jobs.db' },
      "`path` is set, but `store: 'memory'` uses no file. ",
    ],
    ['an unknown role', { path: 'jobs.db', role: 'boss' }, "`role` is `boss`. Use 'send', 'work' or"],
    [
      'a role with the memory store',
      { role: 'send' },
      "`role` is `'send'`, but processes cannot share jobs in memory. ",
    ],
    ['a lease that is too short', { path: 'jobs.db', lease: 999 }, '`lease` is 999 ms. Pass at least one second: '],
    ['an array of weights', { tenantWeights: [3] }, '`tenantWeights` is not an object of numbers. Pass an object such'],
    ['a number as weights', { tenantWeights: 3 }, '`tenantWeights` is not an object of numbers. '],
    ['a map of weights', { tenantWeights: new Map([['acme', 3]]) }, '`tenantWeights` is not an object of numbers. '],
    ['a weight of 0', { tenantWeights: { acme: 0 } }, '`tenantWeights.acme` is `0`. Pass a number from 0.001 to 1000.'],
    ['a negative weight', { tenantWeights: { acme: -1 } }, '`tenantWeights.acme` is `-1`. '],
    ['a weight above 1000', { tenantWeights: { acme: 1001 } }, '`tenantWeights.acme` is `1001`. '],
    ['a string as a weight', { tenantWeights: { acme: '3' } }, '`tenantWeights.acme` is a string, not a number. '],
    ['an object as a weight', { tenantWeights: { acme: {} } }, '`tenantWeights.acme` is an object, not a number. '],
    ['a weight of no tenant', { tenantWeights: { '': 2 } }, '`tenantWeights` has an empty tenant id. '],
    ['a weight of NaN', { tenantWeights: { acme: Number.NaN } }, '`tenantWeights.acme` is `NaN`. '],
  ])('reject %s', (_what, config, message) => {
    for (const make of [
      () => createLocalProvider(config as LocalConfig),
      () => createJobClient({ provider: 'local', config: config as LocalConfig }),
    ]) {
      expect(make).toThrow(
        expect.objectContaining({ code: 'invalid_option', message: expect.stringContaining(message) }),
      )
    }
  })

  test('reject an unknown option of a test engine', () => {
    expect(() => createTestEngine({ config: { concurency: 5 } as LocalConfig })).toThrow(
      '`concurency` is not an option',
    )
  })
})

describe('the local engine', () => {
  test.each<[config: LocalConfig | undefined]>([
    [undefined],
    [{}],
    [{ concurrency: undefined, retention: undefined }],
    [{ concurrency: 1, retention: { count: 1, age: 0 } }],
    [{ retention: { count: undefined, age: undefined } }],
    [{ store: 'memory' }],
    [{ tenantWeights: { acme: 3, globex: 0.5 } }],
    [{ tenantWeights: {} }],
    [{ path: 'jobs.db' }],
    [{ store: 'sqlite', path: 'jobs.db', role: 'work', lease: '1s' }],
  ])('accepts %j', (config) => {
    expect(() => createLocalProvider(config)).not.toThrow()
  })

  test('gives a tenant its weight, whatever its name', () => {
    const tenantWeights = JSON.parse('{"acme":3,"__proto__":2}') as Record<string, number>
    expect([...toLocalSettings({ tenantWeights }).tenantWeights]).toEqual([
      ['acme', 3],
      ['__proto__', 2],
    ])
  })

  test.each<[what: string, variable: string, config: LocalConfig | undefined, isStored: boolean]>([
    ['the file that `JOB_LOCAL_PATH` names', 'jobs.db', undefined, true],
    ["that file with `store: 'sqlite'`", 'jobs.db', { store: 'sqlite' }, true],
    ['memory if `JOB_LOCAL_PATH` is empty', '', undefined, false],
    ["memory with `store: 'memory'`", 'jobs.db', { store: 'memory' }, false],
  ])('uses %s', (_what, variable, config, isStored) => {
    vi.stubEnv('JOB_LOCAL_PATH', variable)
    onTestFinished(() => void vi.unstubAllEnvs())
    const { features } = createLocalProvider(config).capabilities
    expect(features['jobs survive a restart'].supported).toBe(isStored)
  })

  test('a test engine stores jobs in memory, even if `JOB_LOCAL_PATH` is set', async () => {
    vi.stubEnv('JOB_LOCAL_PATH', 'jobs.db')
    onTestFinished(() => void vi.unstubAllEnvs())
    const { features } = await createTestEngine({ jobs: [] }).client.capabilities()
    expect(features['jobs survive a restart'].supported).toBe(false)
  })
})

describe('in production, memory', () => {
  /** Opens an engine of each config, and returns the warnings. */
  async function warningsOf(...configs: LocalConfig[]): Promise<string[]> {
    vi.stubEnv('NODE_ENV', 'production')
    onTestFinished(() => void vi.unstubAllEnvs())
    Reflect.deleteProperty(globalThis, Symbol.for('@cgk-platform/jobs.ambient.v1'))
    const printed: string[] = []
    const silent = (): void => undefined
    const warn = (line: unknown): void => void printed.push(String(line))
    for (const config of configs) {
      const logger = { debug: silent, info: silent, warn, error: silent }
      const client = createJobClient({ provider: createLocalProvider(config), logger, jobs: [] })
      await client.capabilities()
      await client.close()
    }
    return printed
  }

  test('causes one warning, also if it is chosen', async () => {
    expect(await warningsOf({}, { store: 'memory' }, {})).toEqual([
      'In production, the local engine stores jobs in memory: they are lost when the process ends. To store them in a file, set `JOB_LOCAL_PATH` or `path`.',
    ])
  })

  test('causes no warning with a file', async () => {
    expect(await warningsOf({ path: createTestFile().path })).toEqual([])
  })
})
