import { createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as readText } from 'node:stream/consumers'
import { inspect } from 'node:util'

import {
  type AlertMessage,
  type AlertsOptions,
  type CronContext,
  defineAlerts,
  defineCronJob,
  defineJob,
  type Definition,
  NonRetryableError,
} from '@cgk-platform/jobs-core'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'

import { createLocalProvider } from '../../src/provider/local-provider.ts'
import { createVirtualClock } from '../../src/testing/virtual-clock.ts'
import { removeDefinitions } from '../kit/remove-definitions.ts'
import { createRoutedEngines } from '../kit/routed-engines.ts'
import { createTemporaryFile } from '../kit/temporary-file.ts'
import { waitUntil } from '../kit/wait-until.ts'
import { createTestEngine, type TestEngine, type TestEngineOptions } from '../../src/testing/index.ts'

afterEach(removeDefinitions)

const tenantId = 'acme'
const retry = { maxAttempts: 1 }

const work = defineJob({
  id: 'work',
  event: 'work.requested',
  retry,
  handler({ payload: { data } }) {
    if (data === 'fail') throw new Error('secret of a customer')
  },
})

/** Holds the jobs of `work`, without a handler that hangs. */
const pause = (engine: TestEngine) => engine.client.pauseJobs({ definitionId: 'work' })
const resume = (engine: TestEngine) => engine.client.resumeJobs({ definitionId: 'work' })

interface Setup extends Pick<TestEngineOptions, 'config' | 'logger'> {
  readonly jobs?: readonly Definition[]
  readonly notify?: (message: AlertMessage) => unknown
}

/** Creates an engine with alerts, whose messages are recorded as their texts. */
function open(
  rules: AlertsOptions['rules'],
  { jobs = [work], notify = () => undefined, ...options }: Setup = {},
  more: Partial<AlertsOptions> = {},
) {
  const messages: AlertMessage[] = []
  const record = async (message: AlertMessage) => {
    await notify(message)
    messages.push(message)
  }
  const alerts = defineAlerts({ rules, notify: record, ...more })
  const engine = createTestEngine({ jobs: [...jobs, alerts], maxRealWaitMs: 30_000, ...options })
  onTestFinished(() => engine.close())
  return { engine, messages, texts: () => messages.map(({ text }) => text) }
}

async function send(engine: TestEngine, data: 'fail' | 'work', count = 1, tenant = tenantId): Promise<void> {
  for (let sent = 0; sent < count; sent++) {
    await engine.client.sendJob('work.requested', { tenantId: tenant, data })
  }
  await engine.settle()
}

describe('failures', () => {
  test('alert once when they begin and once when they end', async () => {
    const { engine, messages, texts } = open([{ kind: 'failures', definitionId: 'work', within: '2m', atLeast: 3 }])
    await send(engine, 'work', 3)
    await send(engine, 'fail', 2)
    await engine.advance('1m')
    expect(messages).toEqual([])
    await send(engine, 'fail', 1)
    await engine.advance('10m')
    expect(texts()).toEqual([
      'Since 2026-01-01 00:02 UTC, 3 of 6 runs of `work` failed within 2m, more than 10 %: see `cgk-jobs errors --definition work --since 2m`.',
      'Over at 2026-01-01 00:03 UTC, after 1m; it began with: 3 of 6 runs of `work` failed within 2m, more than 10 %.',
    ])
    const [began, ended] = messages
    expect(began).toMatchObject({
      type: 'alert.began',
      id: `${began!.incidentId}-began`,
      alertsId: 'alerts',
      rule: 'failures work',
      definitionId: 'work',
      since: '2026-01-01T00:02:00.000Z',
      value: 0.5,
      limit: 0.1,
    })
    expect(ended).toMatchObject({ type: 'alert.ended', incidentId: began!.incidentId, at: '2026-01-01T00:03:00.000Z' })
    expect(JSON.stringify(messages)).not.toMatch(/secret|acme/)
  })

  test('of all definitions, or of one tenant only', async () => {
    const all = open([{ kind: 'failures', atLeast: 2 }])
    const one = open([{ kind: 'failures', atLeast: 2 }], {}, { tenantId: 'globex' })
    for (const { engine } of [all, one]) {
      await send(engine, 'fail', 2)
      await engine.advance('1m')
    }
    expect(all.messages).toMatchObject([{ rule: 'failures', value: 1 }])
    expect(one.messages).toEqual([])
    await send(one.engine, 'fail', 2, 'globex')
    await one.engine.advance('1m')
    expect(one.messages).toMatchObject([{ tenantId: 'globex' }])
  })
})

test('a waiting job alerts from when it was due', async () => {
  const { engine, texts } = open([{ kind: 'waiting', longerThan: '3m' }])
  await pause(engine)
  await engine.client.sendJob('work.requested', { tenantId }, { delay: '1m' })
  await engine.advance('4m')
  expect(texts()).toEqual([])
  await engine.advance('1m')
  expect(texts()).toEqual([
    'Since 2026-01-01 00:01 UTC, a job has waited 4m for its first attempt, longer than 3m: see `cgk-jobs list --state queued --oldest`.',
  ])
  await resume(engine)
  await engine.advance('1m')
  expect(texts()[1]).toMatch(/^Over at 2026-01-01 00:06 UTC, after 5m; it began with: a job has waited 4m /)
})

test('a job that is sent back does not count as waiting', async () => {
  const { engine, texts } = open([{ kind: 'waiting', longerThan: '3m' }])
  await send(engine, 'fail')
  await engine.advance('10m')
  await pause(engine)
  expect((await engine.client.inspect.retryJobs({ definitionId: 'work' })).changed).toBe(1)
  await engine.advance('10m')
  expect(texts()).toEqual([])
})

test('a backlog alerts once it has lasted, and its end has the last number', async () => {
  const { engine, messages, texts } = open([{ kind: 'backlog', definitionId: 'work', moreThan: 1, for: '2m' }])
  await pause(engine)
  await send(engine, 'work', 2)
  await engine.advance('1m')
  await resume(engine)
  await engine.advance('1m') // shorter than `for`
  await pause(engine)
  await send(engine, 'work', 2)
  await engine.advance('2m')
  expect(texts()).toEqual([])
  await engine.advance('1m')
  expect(texts()).toEqual([
    'Since 2026-01-01 00:03 UTC, 2 jobs of `work` wait, more than 1: see `cgk-jobs stats --definition work`.',
  ])
  await send(engine, 'work', 3)
  await engine.advance('1m')
  await resume(engine)
  await engine.advance('1m')
  expect(messages[1]).toMatchObject({ type: 'alert.ended', value: 5 })
})

describe('a missed tick', () => {
  test('alerts until the cron job has sent a job', async () => {
    const hourly = defineCronJob({
      id: 'hourly',
      schedule: '0 * * * *',
      retry: { maxAttempts: 2, initialDelay: '90m' }, // beyond the next tick
      handler({ scheduledAt, attempt }) {
        if (scheduledAt.getUTCHours() === 1 && attempt === 1) throw new Error('No')
      },
    })
    const { engine, texts } = open([{ kind: 'cron', lateBy: '3m' }], { jobs: [hourly] })
    await engine.advance('123m') // the tick of 02:00 is skipped, because the run of 01:00 has not ended
    expect(texts()).toEqual([])
    await engine.advance('1m')
    const problem = 'the tick of `hourly` at 2026-01-01 02:00 UTC has sent no job for 4m, longer than 3m'
    expect(texts()).toEqual([`Since 2026-01-01 02:00 UTC, ${problem}: see \`cgk-jobs cron\`.`])
    await engine.advance('2h')
    expect(texts().slice(1)).toEqual([`Over at 2026-01-01 03:00 UTC, after 1h; it began with: ${problem}.`])
  })

  test('is none before the alerts have begun, and the alerts do not watch themselves', async () => {
    const hourly = defineCronJob({ id: 'hourly', schedule: '0 * * * *', handler: () => undefined })
    const { engine, texts } = open([{ kind: 'cron', lateBy: '1m' }], { jobs: [hourly] })
    await engine.advance('3h')
    expect(texts()).toEqual([])
  })

  test('of an unknown cron job fails the tick', async () => {
    const { engine } = open([{ kind: 'cron', definitionId: 'hourl' }])
    await engine.advance('2m')
    const { jobs } = await engine.client.listJobs({ event: 'cron/alerts', state: 'failed' })
    expect(jobs[0]?.runs[0]?.error).toMatchObject({ code: 'invalid_option', message: expect.stringContaining('hourl') })
  })
})

test('missing workers and failed health checks alert', async () => {
  const { engine, texts } = open([
    { kind: 'workers', fewerThan: 2 },
    { kind: 'workers', definitionId: 'work' },
    { kind: 'workers', definitionId: 'elsewhere' },
    { kind: 'health' },
  ])
  await engine.advance('2m')
  expect(texts()).toEqual([
    'Since 2026-01-01 00:01 UTC, 1 worker is alive, fewer than 2: see `cgk-jobs workers`.',
    'Since 2026-01-01 00:01 UTC, 0 workers have `elsewhere`, fewer than 1: see `cgk-jobs workers`.',
  ])
})

describe('a delivery that fails', () => {
  test('is tried again with backoff, then by each tick until it succeeds, begin before end', async () => {
    let tries = 0
    let isDown = true
    const logger = createRecordedLogger()
    const { engine, messages } = open([{ kind: 'failures', within: '1m', atLeast: 1 }], {
      logger,
      notify() {
        tries++
        if (isDown) throw new Error('The receiver is down')
      },
    })
    await send(engine, 'fail')
    await engine.advance('70s')
    expect(tries).toBe(3)
    const attempts = engine.attempts.filter(({ definitionId }) => definitionId === 'alerts')
    expect(attempts.map(({ outcome }) => outcome.type)).toEqual(['retry', 'retry', 'completed'])
    expect(logger.messages('error')).toEqual([
      'The run failed.', // of `work`
      'Alerts could not be delivered. The next tick tries again.',
    ])
    await engine.advance('5m')
    expect(messages).toEqual([])
    isDown = false
    await engine.advance('1m')
    expect(messages.map(({ type }) => type)).toEqual(['alert.began', 'alert.ended'])
    await engine.advance('5m')
    expect(messages).toHaveLength(2)
  })

  test('does not repeat those that were delivered', async () => {
    const rules = ['one', 'two'].map((name) => ({ kind: 'failures' as const, name, atLeast: 1 }))
    const refused: string[] = []
    const { engine, messages } = open(rules, {
      notify({ rule }) {
        if (rule !== 'one' || refused.length >= 4) return
        refused.push(rule)
        throw new Error('No')
      },
    })
    await send(engine, 'fail')
    await engine.advance('5m')
    expect(messages.map(({ rule, type }) => `${rule} ${type}`)).toEqual(['two alert.began', 'one alert.began'])
  })

  test('ends at its timeout, also if the function does not listen to its signal', async () => {
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => {
      const controller = new AbortController()
      setImmediate(() => controller.abort(new Error('late')))
      return controller.signal
    })
    onTestFinished(() => timeout.mockRestore())
    const { engine } = open([{ kind: 'workers', fewerThan: 2 }], { notify: () => new Promise(() => undefined) })
    await engine.advance('70s')
    const alerts = engine.attempts.filter(({ definitionId }) => definitionId === 'alerts')
    expect(alerts.map(({ outcome }) => outcome.type)).toEqual(['retry', 'retry', 'completed'])
  })

  test('whose answer is lost repeats the message with the same id, also in a later tick', async () => {
    const ids: string[] = []
    const { engine } = open([{ kind: 'failures', atLeast: 1 }], {
      notify({ id }) {
        ids.push(id)
        if (ids.length < 6) throw new Error('The answer is lost')
      },
    })
    await send(engine, 'fail')
    await engine.advance('5m')
    expect(ids).toHaveLength(6)
    expect(new Set(ids).size).toBe(1)
  })
})

test('an older tick that runs again changes nothing', async () => {
  let isBroken = true
  const { engine, texts } = open([{ kind: 'health' }, { kind: 'backlog', moreThan: 0 }], {
    notify() {
      if (isBroken) throw new NonRetryableError('No')
    },
  })
  await pause(engine)
  await send(engine, 'work')
  await engine.advance('1m')
  isBroken = false
  await engine.advance('3m')
  const failed = await engine.client.listJobs({ event: 'cron/alerts', state: 'failed' })
  expect(texts()).toHaveLength(1)
  await engine.client.retryJob(failed.jobs[0]!.id)
  await engine.advance('3m')
  expect(texts()).toHaveLength(1)
})

/** An HTTP server that records requests, and answers with the next of these statuses, then with 204. */
async function listen(...statuses: number[]) {
  const requests: { headers: IncomingHttpHeaders; body: string }[] = []
  const server = createServer((request, response) => {
    void readText(request).then((body) => {
      requests.push({ headers: request.headers, body })
      response.writeHead(statuses.shift() ?? 204, { location: '/elsewhere' }).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`, requests }
}

/** Runs a failing job on an engine that waits for real requests. */
async function alertTo(notify: AlertsOptions['notify'], logger = createRecordedLogger()) {
  const alerts = defineAlerts({ rules: [{ kind: 'failures', atLeast: 1 }], notify })
  const engine = createTestEngine({ jobs: [work, alerts], maxRealWaitMs: 30_000, logger })
  onTestFinished(() => engine.close())
  await send(engine, 'fail')
  await engine.advance('70s')
  return { engine, logger }
}

describe('a webhook', () => {
  const bytes = Buffer.alloc(32, 7)
  const secret = `whsec_${bytes.toString('base64')}`

  test('gets the message, signed as Standard Webhooks asks', async () => {
    const { url, requests } = await listen()
    await alertTo({ webhook: url, secret })
    expect(requests).toHaveLength(1)
    const { headers, body } = requests[0]!
    const message = JSON.parse(body) as AlertMessage
    expect(message).toMatchObject({ type: 'alert.began', text: expect.stringContaining('1 of 1 run failed') })
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': message.id })
    const timestamp = headers['webhook-timestamp'] as string
    expect(Math.abs(Date.now() / 1000 - Number(timestamp))).toBeLessThan(60)
    const signature = createHmac('sha256', bytes).update(`${message.id}.${timestamp}.${body}`).digest('base64')
    expect(headers['webhook-signature']).toBe(`v1,${signature}`)
  })

  test('that answers with an error or a redirect gets it again, with the same id', async () => {
    const { url, requests } = await listen(500, 302)
    await alertTo({ webhook: url, secret })
    expect(requests.map(({ headers }) => headers['webhook-id'])).toEqual(
      Array(3).fill(requests[0]!.headers['webhook-id']),
    )
  })

  test('that cannot be reached is logged without its URL', async () => {
    const { logger } = await alertTo({ webhook: 'http://user:password@127.0.0.1:1/token', secret })
    const { error } = logger.lines.find(({ message }) => message.startsWith('Alerts'))!.fields
    expect(error).toMatchObject({ code: 'request_failed' })
    expect(inspect(logger.lines, { depth: 9 })).not.toMatch(/token|password/)
  })

  test('of Slack gets its text', async () => {
    const { url, requests } = await listen()
    await alertTo({ slack: url })
    expect(requests.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      {
        text: expect.stringMatching(
          /^🔴 Since 2026-01-01 00:01 UTC, 1 of 1 run failed within 15m, more than 10 %: see `/,
        ),
      },
    ])
  })
})

test('two clients on one file send one message for the begin and one for the end', async () => {
  const { path, remove } = createTemporaryFile('memory')
  const clock = createVirtualClock(Date.UTC(2026, 0, 1))
  const messages: string[] = []
  const workers: string[] = []
  const alerts = defineAlerts({
    rules: [{ kind: 'failures', within: '2m', atLeast: 1 }],
    notify: ({ type }) => void messages.push(type),
  })
  const clients = ['a', 'b'].map((name) => {
    const counted = { ...alerts, handler: (context: CronContext) => (workers.push(name), alerts.handler(context)) }
    const provider = createLocalProvider({ path }, { clock, ownTime: true })
    return createClient({ load: () => provider }, { clock, jobs: [work, counted], logger: createRecordedLogger() })
  })
  onTestFinished(async () => {
    await Promise.all(clients.map((client) => client.close({ timeout: 0 })))
    remove()
  })
  await Promise.all(clients.map((client) => client.start()))
  const { id } = await clients[0]!.sendJob('work.requested', { tenantId, data: 'fail' })
  await clients[0]!.waitForJob(id)
  for (let ticks = 1; ticks <= 10; ticks++) {
    while (clock.step(Date.UTC(2026, 0, 1, 0, ticks))) await clock.yield()
    await waitUntil(async () => {
      const { jobs } = await clients[0]!.listJobs({ event: 'cron/alerts', state: 'completed' })
      return jobs.length === ticks
    })
  }
  expect(messages).toEqual(['alert.began', 'alert.ended'])
  expect(workers).toHaveLength(10) // one for each tick
})

test('of a tenant router watch all its engines, and run on that of the platform', async () => {
  const messages: string[] = []
  const alerts = defineAlerts({
    rules: [{ kind: 'failures', atLeast: 2 }],
    notify: (message) => void messages.push(message.text),
  })
  const stores = { old: 'memory', new: 'memory' } as const
  const route = (tenant: string) => (tenant === 'acme' ? 'old' : 'new')
  const { router, clients, advance } = createRoutedEngines({ stores, route, jobs: [work, alerts] })
  onTestFinished(() => router.close({ timeout: 0 }))
  await router.start()
  for (const tenant of ['acme', 'globex']) {
    await router.sendJob('work.requested', { tenantId: tenant, data: 'fail' })
  }
  for (let ticks = 1; ticks <= 3; ticks++) {
    await advance(60_000)
    await waitUntil(async () => {
      const { jobs } = await clients.new.listJobs({ event: 'cron/alerts', state: 'completed' })
      return jobs.length === ticks
    })
  }
  expect(messages).toEqual([expect.stringContaining('2 of 2 runs failed')])
  expect((await clients.old.listJobs({ event: 'cron/alerts' })).jobs).toEqual([])
})
