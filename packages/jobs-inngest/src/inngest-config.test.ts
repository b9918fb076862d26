import { createRequire } from 'node:module'

import { InvalidOptionError } from '@cgk-platform/jobs-core/errors'
import { createRecordedLogger, type RecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import { Inngest, type Logger } from 'inngest'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { createInngestFunctions } from './host/create-inngest-functions.ts'
import { checkMode, type InngestConfig, type InngestConnection, toConnection } from './inngest-config.ts'

const productionKey = 'signkey-prod-0123456789abcdef'

beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('INNGEST_')) vi.stubEnv(name, undefined)
  return () => vi.unstubAllEnvs()
})

afterEach(() => vi.restoreAllMocks())

async function connect(...given: Parameters<typeof toConnection>): Promise<InngestConnection> {
  return toConnection(...given)()
}

/** Returns the error of a setting before a connection. */
function refusal(config: unknown): InvalidOptionError {
  try {
    toConnection(config as InngestConfig)
  } catch (error) {
    if (InvalidOptionError.isInstance(error)) return error
    throw error
  }
  throw new Error('It was accepted.')
}

/** Returns the error of a setting, at the latest on connecting. */
async function refusalOnConnecting(config: InngestConfig): Promise<InvalidOptionError> {
  const error: unknown = await connect(config).catch((refused: unknown) => refused)
  if (InvalidOptionError.isInstance(error)) return error
  throw new Error('It was accepted.')
}

describe('a connection', () => {
  test('uses the settings', async () => {
    const { client, apiBaseUrl } = await connect({
      eventKey: 'event-key',
      signingKey: 'signkey-test-1',
      baseUrl: 'http://inngest.test:8288',
      appId: 'shop',
    })
    expect([client.id, client.eventKey, client.signingKey]).toEqual(['shop', 'event-key', 'signkey-test-1'])
    expect([client.eventBaseUrl, client.apiBaseUrl]).toEqual(['http://inngest.test:8288', 'http://inngest.test:8288'])
    expect(apiBaseUrl).toBeUndefined()
    expect(client.mode).toBe('cloud')
    expect(client).toMatchObject({ aiMetadataEnabled: false })
  })

  test("is to Inngest's cloud, as the app `jobs`, by default", async () => {
    for (const none of [undefined, {}, { eventKey: undefined, appId: undefined, client: undefined }]) {
      const { client } = await connect(none)
      expect(client.id).toBe('jobs')
      expect([client.eventBaseUrl, client.apiBaseUrl]).toEqual(['https://inn.gs/', 'https://api.inngest.com/'])
      expect([client.eventKey, client.signingKey]).toEqual([undefined, undefined])
    }
  })

  test('reads omitted settings from the environment', async () => {
    vi.stubEnv('INNGEST_EVENT_KEY', 'from-environment')
    vi.stubEnv('INNGEST_SIGNING_KEY', 'signkey-test-2')
    vi.stubEnv('INNGEST_SIGNING_KEY_FALLBACK', 'signkey-test-3')
    vi.stubEnv('INNGEST_BASE_URL', 'http://other.test/')
    const { client } = await connect()
    expect([client.eventKey, client.signingKey]).toEqual(['from-environment', 'signkey-test-2'])
    expect(client.signingKeyFallback).toBe('signkey-test-3')
    expect([client.eventBaseUrl, client.apiBaseUrl]).toEqual(['http://other.test/', 'http://other.test/'])
  })

  test('reads from another server if one is set', async () => {
    const { client, apiBaseUrl } = await connect({ baseUrl: 'http://one.test', apiBaseUrl: 'http://other.test' })
    expect([client.eventBaseUrl, apiBaseUrl]).toEqual(['http://one.test', 'http://other.test'])
    const given = new Inngest({ id: 'shop', baseUrl: 'http://one.test' })
    expect(await connect({ client: given, apiBaseUrl: 'http://other.test' })).toMatchObject({
      apiBaseUrl: 'http://other.test',
    })
  })

  test('is to a dev server according to the settings or the environment', async () => {
    const modeOf = async (config?: InngestConfig) => (await connect(config)).client.mode
    expect(await modeOf({ isDev: true })).toBe('dev')
    vi.stubEnv('INNGEST_DEV', '1')
    expect(await modeOf()).toBe('dev')
    expect(await modeOf({ isDev: false })).toBe('cloud')
  })

  test('uses a given client unchanged', async () => {
    const client = new Inngest({ id: 'shop', baseUrl: 'http://one.test' })
    expect(await connect({ client })).toEqual({ client })
    expect((await connect({ client, appId: undefined, eventKey: undefined })).client).toBe(client)
  })
})

describe('a client created from settings', () => {
  const given = { baseUrl: 'http://127.0.0.1:9', eventKey: 'key', isDev: false }

  test("writes nothing to the console, and the SDK's own messages to the logger known by then", async () => {
    const printed = (['debug', 'info', 'warn', 'error'] as const).map((level) => vi.spyOn(console, level))
    const known: RecordedLogger[] = []
    const { client } = await connect(given, () => known[0])
    const internal = (client as unknown as Record<symbol, Logger>)[Symbol.for('inngest.internalLogger')]!
    internal.warn('too early')
    const logger = createRecordedLogger()
    known.push(logger)
    internal.warn({ connectionId: 'one' }, 'Consecutive heartbeats missed, reconnecting')
    client.logger.error({ err: new Error('of a handler') }, 'Inngest function failed')
    expect(logger.messages('warn')).toEqual(['Consecutive heartbeats missed, reconnecting'])
    expect(logger.lines).toHaveLength(1)
    for (const spy of printed) expect(spy).not.toHaveBeenCalled()
  })
})

describe('rejects an invalid setting:', () => {
  test.each<[string, unknown, string, RegExp]>([
    ['a misspelled one', { eventkey: 'key' }, 'eventkey', /is not an option of Inngest\. The options are `eventKey`,/],
    ['no object', 'production', 'options', /is a string, not an object/],
    ['an empty key', { eventKey: ' ' }, 'eventKey', /is blank\. Pass a non-empty string/],
    ['a key of another type', { signingKey: 7 }, 'signingKey', /is a number, not a string\. Pass a non-empty string/],
    ['an empty app id', { appId: '' }, 'appId', /is empty/],
    ['a mode of another type', { isDev: 'false' }, 'isDev', /is a string, not a boolean\. Pass `true` or `false`\./],
    [
      'a server without its protocol',
      { baseUrl: 'localhost:8288' },
      'baseUrl',
      /URL\. Set a URL such as `http:\/\/localhost:8288`/,
    ],
    ['a server of another protocol', { baseUrl: 'ws://localhost' }, 'baseUrl', /is not an HTTP URL/],
    ['a server that is not a URL', { apiBaseUrl: 'nowhere' }, 'apiBaseUrl', /is not an HTTP URL/],
    ['null as the server for reads', { apiBaseUrl: null }, 'apiBaseUrl', /is not an HTTP URL/],
  ])('%s', (_, config, option, message) => {
    expect(refusal(config)).toMatchObject({ option, message: expect.stringMatching(message) })
  })

  test('one that excludes a client', () => {
    const client = new Inngest({ id: 'shop' })
    for (const setting of [
      { eventKey: 'key' },
      { signingKey: 'key' },
      { baseUrl: 'http://one.test' },
      { appId: 'jobs' },
      { isDev: false },
    ]) {
      const [option] = Object.keys(setting)
      expect(refusal({ client, ...setting })).toMatchObject({
        option,
        message: `\`${option}\` cannot be combined with \`client\`. Set only one of them.`,
      })
    }
  })

  test('one from the environment, on connecting', async () => {
    for (const [name, value, option] of [
      ['INNGEST_BASE_URL', 'inngest:8288', 'baseUrl'],
      ['INNGEST_EVENT_API_BASE_URL', 'nowhere', 'baseUrl'],
      ['INNGEST_API_BASE_URL', 'nowhere', 'apiBaseUrl'],
      ['INNGEST_EVENT_KEY', 'two\nlines', 'eventKey'],
      ['INNGEST_SIGNING_KEY', 'two words', 'signingKey'],
      ['INNGEST_SIGNING_KEY_FALLBACK', 'signkey-☃', 'signingKeyFallback'],
    ] as const) {
      vi.stubEnv(name, value)
      const refused = await refusalOnConnecting({})
      expect(refused).toMatchObject({ option })
      expect(refused.message).not.toContain(value)
      expect(refusal({ client: new Inngest({ id: 'shop' }) })).toMatchObject({ option })
      vi.stubEnv(name, undefined)
    }
  })

  test('a key that cannot be sent in a header, without reporting it', () => {
    for (const key of [
      'signkey-prod-abc\ndef',
      'signkey-prod-abc def',
      'signkey-prod-abc\u0000def',
      'signkey-prod-äöü',
    ]) {
      const { option, message } = refusal({ signingKey: key })
      expect(option).toBe('signingKey')
      expect(message).toContain('contains an invalid character')
      expect(message).not.toContain('abc')
    }
  })

  test('accepts a line break at the end of a key, as in files', async () => {
    await expect(connect({ eventKey: 'key\n', signingKey: ' signkey-test-1\r\n' })).resolves.toBeDefined()
  })
})

describe('a production key', () => {
  test('is rejected with a dev server, also of a given client', async () => {
    vi.stubEnv('INNGEST_DEV', '1')
    const client = new Inngest({ id: 'shop', signingKey: productionKey })
    const refused = [
      await refusalOnConnecting({ signingKey: productionKey }),
      refusal({ client }),
      refusal({ signingKey: productionKey, isDev: true }),
    ]
    for (const { option, message } of refused) {
      expect(option).toBe('isDev')
      expect(message).toContain('In production, unset `INNGEST_DEV`')
      expect(message).not.toContain('0123456789')
    }
    expect(() => checkMode(client)).toThrow(InvalidOptionError)
  })

  test('is accepted with the cloud, and other keys with a dev server', async () => {
    await expect(connect({ signingKey: productionKey })).resolves.toBeDefined()
    vi.stubEnv('INNGEST_DEV', '1')
    for (const config of [{ signingKey: 'signkey-test-1' }, { signingKey: 'my-signkey-prod-1' }, {}]) {
      await expect(connect(config)).resolves.toBeDefined()
    }
  })
})

describe('a client', () => {
  test('can come from another copy of the SDK', async () => {
    const { Inngest: Other } = createRequire(import.meta.url)('inngest') as { Inngest: typeof Inngest }
    expect(Other).not.toBe(Inngest)
    const client = new Other({ id: 'shop', baseUrl: 'http://one.test' })
    expect(client).not.toBeInstanceOf(Inngest)
    expect(await connect({ client })).toEqual({ client })
  })

  test('is rejected if it is not one', () => {
    for (const odd of [null, 'shop', 7, {}, [], { id: 'shop' }, { createFunction: () => undefined, id: 7 }, Inngest]) {
      expect(() => createInngestFunctions({ client: odd as never })).toThrow(
        "`client` is not an Inngest client. Pass a client created with `new Inngest({ id: 'my-app' })`.",
      )
      expect(refusal({ client: odd })).toMatchObject({ option: 'client' })
    }
  })
})
