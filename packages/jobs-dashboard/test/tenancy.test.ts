import { defineEvents } from '@cgk-platform/jobs-core'
import { beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod/v4'

import type { DefinitionJson, EngineJson, EventJson, JobPageJson, StatsJson } from '../src/api-types.ts'
import { type Browser, everything, openDashboard } from './kit/open-dashboard.ts'

declare module '@cgk-platform/jobs-core' {
  interface JobEvents {
    'shop.moved': { tenantId: string; to: string }
  }
}

const shops = z.enum(['acme', 'globex', 'system']).meta({ id: 'Shop' })
defineEvents({ 'shop.moved': z.object({ tenantId: shops, to: z.string() }) })

const { engine, as, audited } = openDashboard()
const { client } = engine
const bob = as({ user: 'bob', tenants: ['acme'], can: everything })
const carol = as({ user: 'carol', tenants: ['acme', 'initech'], can: everything })
let ownId = ''
let otherId = ''

beforeAll(async () => {
  ownId = (await client.sendJob('shop.ordered', { tenantId: 'acme', orderId: '1', fails: true })).id
  otherId = (await client.sendJob('shop.ordered', { tenantId: 'globex', orderId: 'secret', fails: true })).id
  await engine.settle()
})

describe('a user of one tenant', () => {
  test.each([
    'overview',
    'errors',
    'find?text=o',
    'jobs',
    'jobs?order=oldest',
    'jobs?error=declined',
    'counts?by=tenant',
    'counts?by=state',
    'definitions',
    'engine',
    'events',
    'session',
  ])('finds no trace of another tenant in `%s`', async (path) => {
    const response = await bob.get(path)
    expect(response.status).toBe(200)
    const text = await response.text()
    expect(text).not.toMatch(/globex|secret/)
    expect(text).not.toContain(otherId)
  })

  test('sees only their own jobs and numbers', async () => {
    expect((await bob.read<JobPageJson>('jobs')).jobs.map(({ id }) => id)).toEqual([ownId])
    const stats = await bob.read<StatsJson>('overview')
    expect([stats.jobs, stats.states.count]).toEqual([1, 1])
  })

  test('sees the last job of a cron job only if it is their own', async () => {
    const opened = openDashboard()
    const jobs = await opened.engine.client.inspect.runCronJob('nightly')
    await opened.engine.settle()
    const read = async (tenant: string) =>
      (await opened.as({ user: 'bob', tenants: [tenant] }).read<DefinitionJson[]>('definitions?lastJobs=true')).find(
        ({ id }) => id === 'nightly',
      )
    expect((await read('acme'))?.lastJob?.id).toBe(jobs.find(({ tenantId }) => tenantId === 'acme')?.id)
    expect((await read('initech'))?.lastJob).toBeNull()
    expect(JSON.stringify(await read('initech'))).not.toMatch(/acme|globex/)
  })

  test.each(['globex', 'system', 'nobody', '', ' ', 'acme,globex', '__proto__'])(
    'gets the same answer for the tenant %j as for one that does not exist',
    async (tenant) => {
      for (const path of ['jobs', 'counts', 'overview', 'engine', 'changes', 'definitions']) {
        const response = await bob.get(`${path}?tenant=${encodeURIComponent(tenant)}`)
        expect([response.status, await response.text()]).toEqual([
          404,
          '{"error":{"code":"not_found","message":"You have no such tenant."}}',
        ])
      }
    },
  )

  test("gets the same answer for another tenant's job as for an unknown id", async () => {
    for (const path of [(id: string) => `job?id=${id}`, (id: string) => `download?id=${id}&part=payload`]) {
      const [other, unknown] = await Promise.all([bob.get(path(otherId)), bob.get(path('unknown'))])
      expect([other.status, await other.text()]).toEqual([unknown.status, await unknown.text()])
      expect(other.status).toBe(404)
    }
    for (const action of ['retry', 'cancel']) {
      const [other, unknown] = await Promise.all([
        bob.post(action, { ids: [otherId] }),
        bob.post(action, { ids: ['unknown'] }),
      ])
      expect((await other.text()).replace(otherId, 'unknown')).toBe(await unknown.text())
    }
    expect((await client.getJobStatus(otherId)).runs).toHaveLength(2)
  })

  test('cannot retry or cancel the jobs of another tenant by a filter', async () => {
    const before = await client.getJobStatus(otherId)
    for (const action of ['retry-matching', 'cancel-matching']) {
      const dry = await bob.post(action, { filter: { event: 'shop.ordered' }, dryRun: true })
      expect(((await dry.json()) as { matched: number }).matched).toBeLessThanOrEqual(1)
      expect((await bob.post(`${action}?tenant=globex`, { filter: { event: 'shop.ordered' } })).status).toBe(404)
      for (const name of ['tenantId', 'tenant']) {
        const smuggled = { filter: { event: 'shop.ordered', [name]: 'globex' } }
        expect((await bob.post(action, smuggled)).status).toBe(400)
      }
    }
    expect(await client.getJobStatus(otherId)).toEqual(before)
  })

  test('cannot send for another tenant', async () => {
    const count = engine.sent.length
    const body = { event: 'shop.ordered', payload: { tenantId: 'globex', orderId: '9' } }
    expect((await bob.post('send', body)).status).toBe(400)
    expect((await bob.post('send?tenant=globex', body)).status).toBe(404)
    expect((await bob.post('send?tenant=system', { event: 'shop.ordered', payload: { orderId: '9' } })).status).toBe(
      404,
    )
    expect(engine.sent).toHaveLength(count)
  })

  test('does not learn from a schema which tenants it accepts', async () => {
    const body = { event: 'shop.moved', payload: { to: 'x' } }
    const response = await as({ user: 'dave', tenants: ['initech'], can: everything }).post('send', body)
    expect([response.status, await response.json()]).toMatchObject([
      422,
      { error: { issues: [{ path: 'payload.tenantId', message: 'The event does not accept this tenant.' }] } },
    ])
    const schemaFor = async (browser: Browser) =>
      (await browser.read<EventJson[]>('events')).find(({ event }) => event === 'shop.moved')?.schema
    expect(await schemaFor(bob)).toMatchObject({ properties: { tenantId: { type: 'string' }, to: { type: 'string' } } })
    expect(JSON.stringify(await schemaFor(as({})))).toContain('globex')
  })

  test('cannot pause another tenant or a definition, nor run a cron job for all tenants', async () => {
    expect((await bob.post('pause', { tenant: 'globex' })).status).toBe(404)
    expect((await bob.post('pause', { definition: 'confirm-order' })).status).toBe(403)
    expect((await bob.post('resume', { definition: 'confirm-order' })).status).toBe(403)
    expect((await bob.post('run-cron', { definition: 'nightly' })).status).toBe(403)
    expect(await client.listPauses()).toEqual([])
    expect(audited.slice(-4).map(({ outcome }) => outcome)).toEqual(['denied', 'denied', 'denied', 'denied'])
  })

  test('can pause their own tenant, and sees neither workers nor checks', async () => {
    await client.pauseJobs({ tenantId: 'globex' })
    expect((await bob.post('pause', { tenant: 'acme' })).status).toBe(200)
    expect(await bob.read<EngineJson>('engine')).toEqual({
      provider: 'local',
      ok: true,
      pauses: [{ tenantId: 'acme', since: expect.any(String) as string }],
    })
    await client.resumeJobs({ tenantId: 'globex' })
    await bob.post('resume', { tenant: 'acme' })
    expect(await client.listPauses()).toEqual([])
  })

  test('sees no options of definitions, which can name tenants', async () => {
    const definitions = await bob.read<DefinitionJson[]>('definitions')
    expect(definitions.map(({ options }) => options)).toEqual(definitions.map(() => ({})))
  })
})

describe('a user of two tenants', () => {
  test('names one of them', async () => {
    expect((await carol.get('jobs')).status).toBe(400)
    expect((await carol.read<JobPageJson>('jobs?tenant=acme')).jobs).toHaveLength(1)
    expect((await carol.read<JobPageJson>('jobs?tenant=initech')).jobs).toHaveLength(0)
    expect((await carol.get('jobs?tenant=globex')).status).toBe(404)
  })

  test('finds a job only under its tenant', async () => {
    expect((await carol.get(`job?tenant=acme&id=${ownId}`)).status).toBe(200)
    expect((await carol.get(`job?tenant=initech&id=${ownId}`)).status).toBe(404)
  })
})

test('a user of all tenants can look at one of them, also at the platform', async () => {
  const root = as({ user: 'root' })
  expect((await root.read<JobPageJson>('jobs?tenant=globex')).jobs.every(({ tenantId }) => tenantId === 'globex')).toBe(
    true,
  )
  expect(await root.read<JobPageJson>('jobs?tenant=system')).toMatchObject({ jobs: [] })
})
