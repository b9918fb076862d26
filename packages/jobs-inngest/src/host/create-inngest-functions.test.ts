import { createJobs, defineCronJob, defineJob, type Definition, eventType, sendJob } from '@cgk-platform/jobs-core'
import { InvalidDefinitionError, InvalidOptionError, UnsupportedFeatureError } from '@cgk-platform/jobs-core/errors'
import { claimCronJob } from '@cgk-platform/jobs-core/provider'
import { releaseCronJobs } from '@cgk-platform/jobs-core/scheduling'
import { processJobs } from '@cgk-platform/jobs-core/tools'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import type { InngestFunction } from 'inngest'
import { beforeEach, describe, expect, test } from 'vitest'

import { createFakeServer, type FakeServer } from '../../test/kit/fake-server.ts'
import { firstRequest } from '../../test/kit/first-request.ts'
import { createVirtualClock } from '../../test/kit/virtual-clock.ts'
import { createInngestProvider } from '../inngest-provider.ts'
import { createInngestFunctions, type InngestHostOptions } from './create-inngest-functions.ts'

const handler = () => undefined
const job = (id: string, more: object = {}): Definition => defineJob({ id, event: 'work.asked', handler, ...more })
const cron = (id: string, more: object = {}): Definition =>
  defineCronJob({ id, schedule: '0 3 * * *', handler, ...more })

beforeEach(() => {
  const forget = () => {
    for (const { id } of processJobs().all()) processJobs().remove(id)
  }
  forget()
  return forget
})

function make(
  jobs?: InngestHostOptions['jobs'],
  server: FakeServer = createFakeServer(() => ({ body: {} })),
  more: Partial<InngestHostOptions> = {},
) {
  const logger = createRecordedLogger()
  return createInngestFunctions({ client: server.client, jobs, logger, ...more }, { clock: createVirtualClock() })
}

function idsOf(functions: readonly InngestFunction.Any[]): string[] {
  return functions.map((one) => one.id())
}

function optionsOf(fn: InngestFunction.Any | undefined) {
  return (fn as unknown as { opts: Record<string, unknown> }).opts
}

/** Calls a function as the SDK does, for a job of tenant `acme`. */
function call(fn: InngestFunction.Any | undefined, payload: object = {}): Promise<unknown> {
  const data = { tenantId: 'acme', ...payload, _job: { v: 1, tenantId: 'acme', sentAt: 1 } }
  const event = { id: '01M89NS4WG6G8H65WJD6QKMDS3', name: 'work.asked', data, ts: 1 }
  const { fn: handle } = fn as unknown as { fn: (context: object) => Promise<unknown> }
  return handle({ event, runId: '01M89NS53P41QNS08H5VWD7NCR', attempt: 0, ...firstRequest() })
}

describe('the functions', () => {
  test('of disabled definitions exist for their runs, and no event or tick starts one', () => {
    const off = { enabled: false }
    const functions = make([job('one', off), cron('nightly', off), job('two')])
    expect(functions.map((one) => [one.id(), optionsOf(one)['triggers']])).toEqual([
      ['one', [{ event: 'cron/disabled' }]],
      ['nightly', [{ event: 'cron/shop/nightly' }]],
      ['two', [{ event: 'work.asked' }, { event: 'job/two' }]],
      ['jobs-retry', [{ event: 'jobs/retry.claimed/shop' }]],
    ])
  })

  test('are one per job, with its events and id, and one for retries', () => {
    const functions = make([job('one', { retry: { maxAttempts: 2 } }), job('two', { event: 'work.followed' })])
    expect(idsOf(functions)).toEqual(['one', 'two', 'jobs-retry'])
    expect(functions.map((one) => optionsOf(one)['triggers'])).toEqual([
      [{ event: 'work.asked' }, { event: 'job/one' }],
      [{ event: 'work.followed' }, { event: 'job/two' }],
      [{ event: 'jobs/retry.claimed/shop' }],
    ])
    expect(optionsOf(functions[0])).toMatchObject({ id: 'one', retries: 1 })
    expect(optionsOf(functions[0])).not.toHaveProperty('onFailure')
  })

  test('are two per cron job: one for its ticks and one for its runs', () => {
    const functions = make([cron('nightly')]).slice(0, 2)
    expect(idsOf(functions)).toEqual(['nightly', 'nightly-tick'])
    expect(functions.map((one) => optionsOf(one)['triggers'])).toEqual([
      [{ event: 'cron/shop/nightly' }],
      [{ cron: 'TZ=UTC 0 3 * * *' }],
    ])
  })

  test('send to the same Inngest if they have no client', async () => {
    const server = createFakeServer(({ method }) => ({ body: method === 'POST' ? { ids: ['id'], status: 200 } : {} }))
    const work = job('one', { handler: async () => void (await sendJob('work.followed', { tenantId: 'acme' })) })
    const [fn] = make([work], server)
    await call(fn)
    const [sent] = server.requests.filter(({ method }) => method === 'POST')
    expect(sent!.url.pathname).toMatch(/^\/e\//)
    expect(sent!.text).toContain('"work.followed"')
  })

  test('wait for a rate limit no longer than the host allows', async () => {
    const server = createFakeServer(() => ({ status: 429, headers: { 'retry-after': '20' }, body: {} }))
    const errors: unknown[] = []
    const work = job('one', {
      handler: () => sendJob('work.followed', { tenantId: 'acme' }).catch((error: unknown) => void errors.push(error)),
    })
    const [fn] = make([work], server, { maxRateLimitWait: '10s' })
    await call(fn)
    expect(String(errors)).toContain('raise `maxRateLimitWait` (10 s)')
  })

  test('belong to the client that is served', () => {
    const server = createFakeServer(() => ({ body: {} }))
    const functions = make([job('one')], server)
    expect(server.client.funcs).toEqual(functions)
  })
})

describe('a cron job', () => {
  test('gets no ticks from other engines of the process', () => {
    const nightly = cron('nightly')
    make([nightly])
    const other = {}
    expect(claimCronJob(nightly as Parameters<typeof claimCronJob>[0], other)).toBe(false)
    const weekly = cron('weekly')
    expect(claimCronJob(weekly as Parameters<typeof claimCronJob>[0], other)).toBe(true)
    releaseCronJobs(other)
  })
})

describe('rejects an id that another function needs:', () => {
  const failing = { onFailure: handler }

  test.each<[string, () => readonly Definition[], string, string]>([
    ['the id of a dispatcher', () => [cron('a'), job('a-tick')], 'a-tick', 'a'],
    [
      'the id of the function that Inngest calls after a failure',
      () => [job('a', failing), job('a-failure')],
      'a-failure',
      'a',
    ],
    ['the id of a failing cron job', () => [cron('a', failing), cron('a-failure')], 'a-failure', 'a'],
    ['the id of the dispatcher of a dispatcher', () => [cron('a'), cron('a-tick')], 'a-tick', 'a'],
  ])('%s', (_, jobs, taken, by) => {
    const error = refusal({ jobs: jobs() })
    expect(InvalidDefinitionError.isInstance(error)).toBe(true)
    expect(error).toMatchObject({ field: 'id' })
    expect(error.message).toContain(`\`${taken}\``)
    const needs = `is reserved: the engine adds a function with this id for \`${by}\`. Change the id of one of the two definitions.`
    expect(error.message).toContain(needs)
  })

  test('the id of the function for retries', () => {
    const { message } = refusal({ jobs: [job('jobs-retry')] })
    expect(message).toBe('`jobs-retry`: `id` is reserved: the engine adds a function with this id. Change it.')
  })

  test('accepts an id that no other function needs', () => {
    expect(idsOf(make([job('a'), job('a-tick'), job('a-failure'), cron('b'), cron('b-failure')]))).toHaveLength(8)
  })
})

test('the jobs of `createJobs` become functions', () => {
  const provider = createInngestProvider({ eventKey: 'key' })
  const shop = createJobs({ events: { 'cart.left': eventType<{ cartId: string }>() }, provider })
  const remind = shop.defineJob({ id: 'remind', event: 'cart.left', handler: () => undefined })
  expect(idsOf(make(shop))).toEqual(idsOf(make([remind])))
  expect(idsOf(make(shop))).toContain('remind')
})

/** Returns the error with which the functions are rejected. */
function refusal(options: object): Error {
  const { client } = createFakeServer(() => ({ body: {} }))
  try {
    createInngestFunctions({ client, logger: createRecordedLogger(), ...options } as InngestHostOptions)
  } catch (error) {
    return error as Error
  }
  throw new Error('It was accepted.')
}

describe('rejects what Inngest does not support:', () => {
  test.each<[string, () => Definition, string]>([
    ['too many attempts', () => job('a', { retry: { maxAttempts: 22 } }), 'Set it to 21 or less in `a`.'],
    ['too long a delay', () => job('a', { retry: { maxDelay: '25h' } }), 'Set it to 86400000 ms or less in `a`.'],
    [
      'an option that would break a promise',
      () => job('a', { providerOptions: { inngest: { rateLimit: { limit: 1, period: '1s' } } } }),
      'Use `throttle`',
    ],
  ])('%s', (_, definition, remedy) => {
    const error = refusal({ jobs: [job('fine'), definition()] })
    expect(UnsupportedFeatureError.isInstance(error)).toBe(true)
    expect(error).toMatchObject({ provider: 'inngest', message: expect.stringContaining(remedy) })
  })

  test('all definitions, by name', () => {
    const retry = { maxAttempts: 22 }
    const { message } = refusal({ jobs: [job('a', { retry }), job('fine'), job('b', { retry })] })
    expect(message).toMatch(/22.*`a`\.\n.*22.*`b`\./)
  })
})

describe('rejects an invalid option:', () => {
  test.each<[string, object, string]>([
    ['an object that is not a client', { client: { id: 'shop' } }, '`client` is not an Inngest client'],
    ['a missing client', { client: undefined }, '`client` is missing'],
  ])('%s', (_, options, message) => {
    const error = refusal(options)
    expect(InvalidOptionError.isInstance(error)).toBe(true)
    expect(error.message).toContain(message)
  })

  test('no options', () => {
    expect(() => createInngestFunctions(undefined as never)).toThrow('`client` is missing')
    expect(() => createInngestFunctions('client' as never)).toThrow('`options` is a string, not an object')
  })
})
