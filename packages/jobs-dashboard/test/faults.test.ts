import type { JobClient } from '@cgk-platform/jobs-core'
import { RequestFailedError, SendFailedError } from '@cgk-platform/jobs-core/errors'
import { createJobClient } from '@cgk-platform/jobs-inngest'
import { afterEach, expect, test, vi } from 'vitest'

import type { DefinitionJson, EngineJson, ErrorJson } from '../src/api-types.ts'
import { everything, openDashboard } from './kit/open-dashboard.ts'

afterEach(() => void vi.useRealTimers())

/** A client whose reads and sends fail. */
function failing(error: unknown): (client: JobClient) => JobClient {
  const fail = async (): Promise<never> => {
    throw error as Error
  }
  return (client) => ({
    ...client,
    sendJob: fail,
    pauseJobs: fail,
    inspect: { ...client.inspect, listJobs: fail },
  })
}

const secret = 'tenant globex at https://key:secret@engine.example'

test.each<[string, unknown, number, string]>([
  [
    'is down',
    new RequestFailedError({ provider: 'inngest', operation: 'list jobs', problem: secret }),
    503,
    'engine_failed',
  ],
  [
    'answers 429',
    new RequestFailedError({ provider: 'inngest', operation: 'list jobs', problem: secret, status: 429 }),
    503,
    'engine_busy',
  ],
  ['fails unexpectedly', new TypeError(secret), 500, 'internal'],
  ['fails with something else', secret, 500, 'internal'],
])('an engine that %s is reported without its message, which the log has', async (_what, error, status, code) => {
  const { as, lines } = openDashboard({}, failing(error))
  for (const answer of [await as({}).get('jobs'), await as({ can: everything }).post('pause', { tenant: 'acme' })]) {
    const text = await answer.text()
    const { error: described } = JSON.parse(text) as ErrorJson
    expect([answer.status, described.code]).toEqual([status, code])
    expect(text).not.toMatch(/globex|secret/)
    expect(lines.find((line) => line.includes(described.logId!))).toContain('globex')
  }
})

test('a send whose response was lost says that the event may have been accepted', async () => {
  const lost = { event: 'shop.ordered', provider: 'inngest', problem: secret, accepted: 'maybe' } as const
  const { as } = openDashboard({}, failing(new SendFailedError(lost)))
  const answer = await as({ can: everything }).post('send', {
    event: 'shop.ordered',
    payload: { tenantId: 'a', orderId: '1' },
  })
  expect(answer.status).toBe(503)
  expect(((await answer.json()) as ErrorJson).error.message).toMatch(/may have been accepted/)
})

test('an engine that does not answer ends the read after 30 seconds', async () => {
  vi.useFakeTimers()
  const { as } = openDashboard({}, (client) => ({
    ...client,
    inspect: { ...client.inspect, listJobs: () => new Promise(() => undefined) },
  }))
  const answer = as({}).get('jobs')
  await vi.advanceTimersByTimeAsync(30_000)
  expect((await answer).status).toBe(504)
  expect(vi.getTimerCount()).toBe(0)
})

/** Opens a dashboard over the client of an engine at this address. */
function overInngest(baseUrl: string) {
  const client = createJobClient({
    config: { baseUrl, eventKey: 'key', signingKey: 'signkey-test-00', appId: 'shop' } as never,
  })
  return openDashboard({}, () => client)
}

test('the page of a hosted engine that is down says so', async () => {
  const { as } = overInngest('http://127.0.0.1:1')
  expect(await as({}).read<EngineJson>('engine')).toMatchObject({ provider: 'inngest', ok: false })
  expect((await as({}).get('session')).status).toBe(200)
})

test('the definitions of a hosted engine are read without its lists, which take two requests for each cron job', async () => {
  let lists = 0
  const { engine, as } = openDashboard({}, (client) => ({
    ...client,
    async capabilities() {
      const capabilities = await client.capabilities()
      const cannot = { supported: false, note: 'It is hosted.', instead: 'Read pages.' } as const
      return { ...capabilities, features: { ...capabilities.features, 'inspect.countJobs: exact': cannot } }
    },
    inspect: { ...client.inspect, listJobs: (options) => (lists++, client.inspect.listJobs(options)) },
  }))
  await engine.client.inspect.runCronJob('nightly')
  await engine.settle()
  const definitions = await as({}).read<DefinitionJson[]>('definitions?lastJobs=true')
  expect(definitions.find(({ id }) => id === 'nightly')).not.toHaveProperty('lastJob')
  expect(lists).toBe(0)
})
