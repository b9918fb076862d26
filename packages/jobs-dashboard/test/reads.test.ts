import { beforeAll, describe, expect, test } from 'vitest'

import type {
  CountsJson,
  DefinitionJson,
  EngineJson,
  ErrorJson,
  JobJson,
  JobPageJson,
  StatsJson,
  SessionJson,
} from '../src/api-types.ts'
import type { EventInfo } from '@cgk-platform/jobs-core/inspect'
import { openDashboard } from './kit/open-dashboard.ts'

const { engine, as } = openDashboard()
const { client } = engine
const ada = as({ can: { payloads: true } })
let failedId = ''

beforeAll(async () => {
  for (const orderId of ['1', '2', '3']) await client.sendJob('shop.ordered', { tenantId: 'acme', orderId })
  const failed = await client.sendJob(
    'shop.ordered',
    { tenantId: 'globex', orderId: '4', fails: true },
    { reference: 'order_4', idempotencyKey: 'key_4' },
  )
  failedId = failed.id
  await engine.settle()
})

test('session: the user, the permissions and what the engine can do', async () => {
  const session = await ada.read<SessionJson>('session')
  expect(session).toMatchObject({ user: 'ada', tenants: 'all', can: { payloads: true, retry: false } })
  expect(session.capabilities?.features['inspect.getJob'].supported).toBe(true)
})

test('overview: figures of the last hour, and all jobs by state', async () => {
  const stats = await ada.read<StatsJson>('overview?intervals=4')
  expect(stats).toMatchObject({ jobs: 4, isComplete: true })
  expect(stats.intervals).toHaveLength(4)
  expect(stats.tenants.map(({ key, jobs }) => [key, jobs])).toEqual([
    ['acme', 3],
    ['globex', 1],
  ])
  expect(stats.states).toMatchObject({ count: 4, isExact: true })
  expect(stats.states.groups.reduce((sum, { count }) => sum + count, 0)).toBe(4)
})

describe('jobs', () => {
  test('come in pages, newest first', async () => {
    const first = await ada.read<JobPageJson>('jobs?limit=3')
    expect(first.jobs).toHaveLength(3)
    const second = await ada.read<JobPageJson>(`jobs?limit=3&cursor=${encodeURIComponent(first.cursor!)}`)
    expect(second.jobs).toHaveLength(1)
    expect(new Set([...first.jobs, ...second.jobs].map(({ id }) => id)).size).toBe(4)
  })

  test.each([
    ['tenant=globex', 1],
    ['definition=confirm-order', 4],
    ['definition=nightly', 0],
    ['event=shop.ordered', 4],
    ['reference=order_4', 1],
    ['error=DECLINED', 1],
    ['error=other', 0],
    ['since=2026-01-01T00:00:00Z&until=2026-01-02T00:00:00Z', 4],
    ['until=2025-01-01T00:00:00Z', 0],
    ['state=scheduled&state=expired', 0],
  ])('with %s there are %i', async (query, count) => {
    const { jobs } = await ada.read<JobPageJson>(`jobs?${query}`)
    expect(jobs).toHaveLength(count)
    expect(await ada.read<CountsJson>(`counts?${query}`)).toMatchObject({ count, isExact: true })
  })

  test.each([
    ['an unknown parameter', 'jobs?tennant=acme'],
    ['a repeated parameter', 'jobs?tenant=acme&tenant=globex'],
    ['a filter of 10,000 characters', `jobs?error=${'x'.repeat(10_000)}`],
    ['a reference of 10,000 characters', `jobs?reference=${'x'.repeat(10_000)}`],
    ['a parameter with a name of 10,000 characters', `jobs?${'x'.repeat(10_000)}=1`],
    ['an error text of 1,000 characters', `jobs?error=${'x'.repeat(1000)}`],
    ['a hundred states', `jobs?${'state=failed&'.repeat(100)}`],
    ['an unknown state', 'jobs?state=lost'],
    ['an invalid date', 'jobs?since=yesterday'],
    ['a date that is not before the other', 'jobs?since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z'],
    ['a limit that is not a number', 'jobs?limit=many'],
    ['a limit of a million', 'jobs?limit=1000000'],
    ['an unknown order', 'jobs?order=random'],
    ['a cursor that nobody made', 'jobs?cursor=eyJpZCI6MX0'],
    ['a cursor with another text', `jobs?cursor=${encodeURIComponent("' OR 1=1 --")}`],
    ['an unknown group', 'counts?by=payload'],
    ['a missing id', 'job'],
  ])('%s is refused', async (_what, path) => {
    const response = await ada.get(path)
    expect(response.status).toBe(400)
    const { error } = (await response.json()) as ErrorJson
    expect(error.message.length).toBeLessThan(1000)
  })

  test('a cursor with one changed character is refused, or ends the list', async () => {
    const { cursor } = await ada.read<JobPageJson>('jobs?limit=1')
    for (let index = 0; index < cursor!.length; index++) {
      const tampered = `${cursor!.slice(0, index)}~${cursor!.slice(index + 1)}`
      const response = await ada.get(`jobs?limit=1&cursor=${encodeURIComponent(tampered)}`)
      expect([200, 400]).toContain(response.status)
    }
  })
})

test('a job has its payload, attempts, steps, key and references', async () => {
  const job = await ada.read<JobJson>(`job?id=${failedId}`)
  expect(job).toMatchObject({
    id: failedId,
    tenantId: 'globex',
    idempotencyKey: 'key_4',
    references: ['order_4'],
    payload: { kind: 'json', json: { orderId: '4', fails: true } },
  })
  const run = job.runs.find(({ definitionId }) => definitionId === 'confirm-order')
  expect(run).toMatchObject({ state: 'failed', error: { message: 'The card was declined' } })
  const workflow = job.runs.find(({ definitionId }) => definitionId === 'track-order')
  expect(workflow?.steps?.map(({ id, state }) => [id, state])).toEqual([
    ['reserve', 'completed'],
    ['shipment', 'waiting'],
  ])
})

test('an unknown or malformed id is answered 404', async () => {
  for (const id of ['nothing', '../../etc/passwd', '<script>', 'x'.repeat(1999), '\u0000', '\u202e']) {
    expect((await ada.get(`job?id=${encodeURIComponent(id)}`)).status).toBe(404)
  }
})

test('definitions: schedules with their next ticks, limits and retries', async () => {
  const definitions = await ada.read<DefinitionJson[]>('definitions')
  expect(definitions.find(({ id }) => id === 'nightly')).toMatchObject({
    kind: 'cron',
    cron: { schedule: '0 3 * * *', nextTicks: expect.arrayContaining(['2026-01-01T03:00:00.000Z']) as string[] },
  })
})

test('definitions: the newest job of a cron job, also after one that ended', async () => {
  const find = (definitions: DefinitionJson[]) => definitions.find(({ id }) => id === 'nightly')
  const read = async () => find(await ada.read<DefinitionJson[]>('definitions?lastJobs=true'))
  expect((await read())?.lastJob).toBeNull()
  for (let time = 1; time <= 2; time++) {
    const jobs = await client.inspect.runCronJob('nightly')
    await engine.advance('1s')
    const ids = jobs.map(({ id }) => id)
    expect((await read())?.lastJob).toMatchObject({ id: expect.toBeOneOf(ids) as string, state: 'completed' })
  }
  expect(find(await ada.read<DefinitionJson[]>('definitions'))).not.toHaveProperty('lastJob')
})

test('events: those that can be sent, with the schema of their payloads', async () => {
  const events = await ada.read<EventInfo[]>('events')
  expect(events.find(({ event }) => event === 'shop.ordered')).toMatchObject({
    definitionIds: ['confirm-order', 'track-order'],
    schema: { type: 'object', required: ['tenantId', 'orderId'] },
  })
})

test('engine: its health, workers and pauses', async () => {
  await client.pauseJobs({ tenantId: 'initech' })
  const state = await ada.read<EngineJson>('engine')
  expect(state).toMatchObject({ provider: 'local', ok: true, pauses: [{ tenantId: 'initech' }] })
  expect(state.checks).not.toEqual([])
})

describe('the API', () => {
  test('has strict headers', async () => {
    const { headers } = await ada.get('session')
    expect(Object.fromEntries(headers)).toMatchObject({
      'cache-control': 'no-store',
      'content-type': 'application/json; charset=utf-8',
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    })
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  })

  test.each(['nothing', 'constructor', '__proto__', 'jobs/', '', 'toString'])('has no %j', async (path) => {
    expect((await ada.get(path)).status).toBe(404)
  })

  test.each(['cross-site', 'same-site'])('answers no read of a %s page', async (site) => {
    expect((await ada.get('jobs', { headers: { 'Sec-Fetch-Site': site } })).status).toBe(403)
  })

  test('answers no read by POST, and no action by GET', async () => {
    expect((await ada.post('jobs', {})).status).toBe(405)
    expect((await ada.get('retry')).status).toBe(405)
    expect((await ada.get('changes', { method: 'HEAD' })).status).toBe(405) // its stream would have no reader
  })
})
