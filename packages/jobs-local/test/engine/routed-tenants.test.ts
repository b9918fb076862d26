import {
  type CronContext,
  defineCronJob,
  defineJob,
  defineWorkflow,
  findRun,
  sendJob,
  setJobClient,
} from '@cgk-platform/jobs-core'
import '@cgk-platform/test-kit/work'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { removeDefinitions } from '../kit/remove-definitions.ts'
import { createRoutedEngines, type EngineName, type RoutedEngines } from '../kit/routed-engines.ts'

let engines: RoutedEngines
let moved: Set<string>
/** The tenants of each run of a cron job, in order. */
let ticks: string[]

beforeEach(() => {
  moved = new Set()
  ticks = []
})
afterEach(async () => {
  setJobClient(undefined)
  await engines.router.close({ timeout: 0 })
  removeDefinitions()
})

const route = (tenantId: string): EngineName => (moved.has(tenantId) ? 'new' : 'old')

async function open(more: Partial<Parameters<typeof createRoutedEngines>[0]> = {}): Promise<void> {
  engines = createRoutedEngines({ stores: { old: 'SQLite', new: 'memory' }, route, ...more })
  setJobClient(engines.router)
  await engines.router.capabilities() // opens both
}

/** The tenants of the runs that an engine has of a cron job. */
async function tenantsOn(name: EngineName): Promise<string[]> {
  const { jobs } = await engines.clients[name].listJobs({ event: 'cron/report' })
  return jobs.map(({ tenantId }) => tenantId).toSorted()
}

function defineReport(tenants?: () => readonly string[] | Promise<readonly string[]>): void {
  const handler = ({ tenantId, scheduledAt }: CronContext) =>
    void ticks.push(`${tenantId} ${scheduledAt.getUTCMinutes()}`)
  defineCronJob({ id: 'report', schedule: '* * * * *', handler, tenants })
}

describe('a cron job on several engines', () => {
  test('runs for each tenant on the engine of the tenant', async () => {
    defineReport(() => ['acme', 'globex', 'initech'])
    moved.add('globex')
    await open()
    await engines.advance(60_000)
    expect(ticks.toSorted()).toEqual(['acme 1', 'globex 1', 'initech 1'])
    expect(await tenantsOn('old')).toEqual(['acme', 'initech', 'system'])
    expect(await tenantsOn('new')).toEqual(['globex', 'system'])
  })

  test('without tenants runs on the engine of the tenant `system`', async () => {
    defineReport()
    await open()
    await engines.advance(60_000)
    moved.add('system')
    await engines.advance(60_000)
    expect(ticks).toEqual(['system 1', 'system 2'])
    expect([await tenantsOn('old'), await tenantsOn('new')]).toEqual([['system'], ['system']])
  })

  test.each([
    ['to the engine that has already asked', true],
    ['from the engine that has already asked', false],
  ])('runs once for a tenant that moves %s', async (_, isMovedBack) => {
    // The engines ask one after the other; the tenant moves when the first has asked.
    if (isMovedBack) moved.add('acme')
    let asked = 0
    const moveOnce = (tenantId: string): EngineName => {
      const name = route(tenantId)
      if (tenantId === 'acme' && ++asked === 1) {
        if (isMovedBack) moved.delete('acme')
        else moved.add('acme')
      }
      return name
    }
    defineReport(() => ['acme', 'globex'])
    await open({ route: moveOnce })
    await engines.advance(60_000)
    expect(asked).toBeGreaterThan(1)
    expect(ticks.toSorted()).toEqual(['acme 1', 'globex 1'])
    await engines.advance(60_000)
    expect(ticks.toSorted()).toEqual(['acme 1', 'acme 2', 'globex 1', 'globex 2'])
    expect(await tenantsOn(isMovedBack ? 'old' : 'new')).toContain('acme')
  })

  test('runs if the record of keys fails for a moment', async () => {
    let failures = 2
    const entries = new Map<string, string>()
    defineReport()
    await open({
      keys: {
        claim(key, engine) {
          if (failures-- > 0) throw new Error('The record is down')
          entries.set(key, entries.get(key) ?? engine)
          return entries.get(key)!
        },
        renew: (key, engine) => entries.set(key, engine),
      },
    })
    await engines.advance(80_000)
    expect(ticks).toEqual(['system 1'])
  })

  test('runs once for a tenant if the tick is dispatched again after the tenant has moved', async () => {
    let fails = true
    defineReport(() => {
      if (fails) throw new Error('The database is down')
      return ['acme']
    })
    await open()
    await engines.advance(60_000)
    fails = false
    moved.add('acme')
    await engines.advance(10 * 60_000)
    const minutes = ticks.map((tick) => tick.split(' ')[1])
    expect(new Set(minutes).size).toBe(minutes.length)
    expect(minutes).toContain('1')
  })
})

describe('a handler', () => {
  test('sends through the router, also for a tenant that has moved', async () => {
    const follow = defineJob({ id: 'follow', event: 'work.followed', handler: () => 'followed' })
    const work = defineJob({
      id: 'work',
      event: 'work.requested',
      handler: async ({ payload: { tenantId } }) => {
        moved.add(tenantId)
        return (await sendJob('work.followed', { tenantId })).id
      },
    })
    await open()
    const { id } = await engines.router.sendJob('work.requested', { tenantId: 'acme' })
    const followedId = findRun(await engines.router.waitForJob(id), work)?.output
    expect(findRun(await engines.router.waitForJob(String(followedId)), follow)?.output).toBe('followed')
    expect((await engines.clients.new.listJobs()).jobs.map(({ event }) => event)).toEqual(['work.followed'])
  })
})

describe('a workflow', () => {
  test('continues on its engine when its tenant moves, with the jobs that it sends', async () => {
    const follow = defineJob({ id: 'follow', event: 'work.followed', handler: ({ payload }) => payload.number })
    const flow = defineWorkflow({
      id: 'flow',
      event: 'work.requested',
      steps: async (_, step) => {
        await step.sleep('pause', '1h')
        const followed = await step.runJob('follow', follow, { number: 5 })
        const { id } = await step.sendEvent('ignored', 'work.ignored', {})
        return { followed, id }
      },
    })
    await open()
    const { id } = await engines.router.sendJob('work.requested', { tenantId: 'acme' })
    await engines.advance(60_000)
    moved.add('acme')
    await engines.advance(2 * 3_600_000)
    const run = findRun(await engines.router.getJobStatus(id), flow)
    expect(run).toMatchObject({ state: 'completed', output: { followed: 5 } })
    expect((await engines.clients.old.listJobs()).jobs).toHaveLength(3)
    expect((await engines.clients.new.listJobs()).jobs).toEqual([])
  })

  const flow = (match: boolean) =>
    defineWorkflow({
      id: 'flow',
      event: 'work.requested',
      steps: async (_, step) => {
        const options = { timeout: '1h', ...(match && { match: 'number' as const }) } as const
        const followed = await step.waitForEvent('followed', 'work.followed', options)
        return followed?.payload.data
      },
    })

  const several = (tenantId: string): EngineName[] => (moved.has(tenantId) ? ['new', 'old'] : ['old'])

  test.each([
    ['SQLite', 'memory'],
    ['memory', 'SQLite'],
  ] as const)('in a store in %s gets events of its tenant that is moving, which are handled once', async (from, to) => {
    const handled: string[] = []
    defineJob({
      id: 'follow',
      event: 'work.followed',
      handler: ({ payload }) => void handled.push(String(payload.data)),
    })
    const waiting = flow(true)
    await open({ route: several, stores: { old: from, new: to } })
    const send = (event: 'work.requested' | 'work.followed', number: number, data?: string) =>
      engines.router.sendJob(event, { tenantId: 'acme', number, data })
    const { id: before } = await send('work.requested', 1)
    await engines.advance(60_000)
    moved.add('acme')
    const { id: after } = await send('work.requested', 2)
    await engines.advance(60_000)
    const told = await engines.router.sendJobs(
      [1, 2].map((number) => ({
        event: 'work.followed',
        payload: { tenantId: 'acme', number, data: `told ${number}` },
        options: { idempotencyKey: `key ${number}`, delay: '5m' },
      })),
    )
    await engines.advance(10 * 60_000)
    expect(new Set(handled)).toEqual(new Set(['told 1', 'told 2']))
    expect(handled).toHaveLength(2)
    for (const [id, output] of [
      [before, 'told 1'],
      [after, 'told 2'],
    ] as const) {
      expect(findRun(await engines.router.getJobStatus(id), waiting)).toMatchObject({ state: 'completed', output })
    }
    expect(told).toMatchObject([{ ok: true }, { ok: true }])
    const copies = (await engines.clients.old.listJobs({ event: 'work.followed' })).jobs
    expect(copies.map(({ state, runs }) => [state, runs])).toEqual([
      ['completed', []],
      ['completed', []],
    ])
  })

  test('on the new engine gets an event whose key is still on the old one', async () => {
    const waiting = flow(false)
    await open({ route: several })
    const send = (event: 'work.requested' | 'work.followed', data?: string) =>
      engines.router.sendJob(event, { tenantId: 'acme', data }, { idempotencyKey: 'key', idempotencyTtl: '10m' })
    await send('work.followed', 'first')
    await engines.advance(11 * 60_000 - 1000)
    await send('work.followed', 'second')
    moved.add('acme')
    const { id } = await send('work.requested')
    await engines.advance(10 * 60_000 - 60_000)
    expect(await send('work.followed', 'third')).toMatchObject({ deduplicated: true })
    await engines.advance(1000)
    expect(findRun(await engines.router.getJobStatus(id), waiting)).toMatchObject({
      state: 'completed',
      output: 'third',
    })
  })
})
