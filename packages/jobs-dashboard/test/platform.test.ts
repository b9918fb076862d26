import { type Definition, defineEvents, defineJob, defineWorkflow, eventType } from '@cgk-platform/jobs-core'
import { beforeAll, describe, expect, test } from 'vitest'

import type { ErrorsJson, ChangeJson, JobJson, JobPageJson, StatsJson } from '../src/api-types.ts'
import { everything, openDashboard } from './kit/open-dashboard.ts'
import { readEvents } from './kit/read-events.ts'
import { shop } from './kit/shop.ts'

declare module '@cgk-platform/jobs-core' {
  interface JobEvents {
    'shops.synced': { tenantId: string; rethrows?: boolean; fails?: boolean }
    'shops.noted': { tenantId: string }
  }
}

defineEvents({ 'shops.synced': eventType(), 'shops.noted': eventType() })

const retry = { maxAttempts: 1 }
const jobs: readonly Definition[] = [
  ...Object.values(shop),
  defineWorkflow({
    id: 'sync-shops',
    event: 'shops.synced',
    retry,
    steps: async ({ payload: { rethrows = false, fails = false } }, step) => {
      const order = { tenantId: 'globex', orderId: 'secret', fails }
      try {
        await step.runJob('order', shop.confirmOrder, order)
        await step.sendEvent('again', 'shop.ordered', order)
        await step.run('note', () => 'orders of globex')
        return 'all orders of globex'
      } catch (error) {
        if (!rethrows) throw error
        await step.run('report', () => {
          throw new Error(`The sync failed: ${(error as Error).message}`, { cause: error })
        })
      }
    },
  }),
  defineJob({
    id: 'note-shops',
    event: 'shops.noted',
    retry,
    handler: () => {
      throw new Error('The disk is full')
    },
  }),
]

const { engine, as } = openDashboard({}, undefined, jobs)
const { client } = engine
const platform = client.forSystem()
const root = as({ can: everything })
const pat = as({ user: 'pat', tenants: ['system'], can: everything })
/** The jobs of the platform, by what their workflow does. */
const own: Record<'threw' | 'rethrew' | 'cancelled' | 'completed', string> = {} as never
let noted = ''
/** No user of the platform alone may read these: ids of jobs of others, and texts of their jobs. */
let foreign: string[] = ['globex', 'secret', 'was declined']

beforeAll(async () => {
  const run = async (payload: object): Promise<string> => {
    const { id } = await platform.sendJob('shops.synced', payload)
    await engine.settle()
    return id
  }
  own.threw = await run({ fails: true })
  own.rethrew = await run({ fails: true, rethrows: true })
  own.completed = await run({})
  await client.pauseJobs({ tenantId: 'globex' })
  own.cancelled = await run({})
  await client.forTenant('globex').inspect.cancelJobs({ event: 'job/confirm-order' })
  await engine.advance('1m')
  noted = (await platform.sendJob('shops.noted', {})).id
  await engine.settle()
  const { jobs: others } = await client.inspect.listJobs({ tenantId: 'globex' })
  foreign = [...foreign, ...others.map(({ id }) => id)]
})

/** Returns which foreign texts are in a text. */
const foreignIn = (text: string): string[] => foreign.filter((one) => text.includes(one))

describe('a user of the platform alone', () => {
  test('does not read in a job what belongs to the jobs of tenants that its workflow ran', async () => {
    for (const id of Object.values(own)) expect(foreignIn(await (await pat.get(`job?id=${id}`)).text())).toEqual([])
    const shown = await root.read<JobJson>(`job?tenant=system&id=${own.cancelled}`)
    expect(shown.runs[0]!.error!.message).toContain(shown.children![0])
    expect(shown.runs[0]!.steps![0]!.error!.message).toContain(shown.children![0])
  })

  test.each([
    'jobs',
    'jobs?state=failed',
    'jobs?event=shops.synced',
    'overview',
    'errors',
    'counts?by=tenant',
    'definitions?lastJobs=true',
  ])('does not read it in `%s`', async (path) => {
    const response = await pat.get(path)
    expect([response.status, foreignIn(await response.text())]).toEqual([200, []])
  })

  test('does not read it in changes', async () => {
    const gone = new AbortController()
    const events = readEvents<ChangeJson>(await pat.get('changes?state=failed', { signal: gone.signal }))
    const { data } = (await events.next()).value!
    gone.abort()
    expect(data.jobs).toHaveLength(4)
    expect(foreignIn(JSON.stringify(data))).toEqual([])
  })

  test('cannot find it by a search in the errors', async () => {
    const id = (await root.read<JobJson>(`job?tenant=system&id=${own.cancelled}`)).children![0]!
    for (const path of ['jobs', 'counts', 'changes']) {
      const response = await pat.get(`${path}?error=${id}`)
      expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('`errorText`')])
    }
    for (const action of ['retry-matching', 'cancel-matching']) {
      expect((await pat.post(action, { filter: { error: id }, dryRun: true })).status).toBe(400)
    }
    expect((await root.read<JobPageJson>(`jobs?tenant=system&error=${id}`)).jobs).toHaveLength(1)
  })

  test('cannot find it by a group of errors, and sees that they fail', async () => {
    const { groups } = await pat.read<ErrorsJson>('errors')
    const hidden = groups.filter(({ errorGroup }) => errorGroup.startsWith('HiddenError: '))
    expect(groups.map(({ errorGroup }) => errorGroup)).toContain('Error: The disk is full')
    expect(hidden.length).toBeGreaterThan(0)
    const all = await root.read<ErrorsJson>('errors?tenant=system')
    expect(groups.map(({ failed }) => failed)).toEqual(all.groups.map(({ failed }) => failed))
    const found = encodeURIComponent(all.groups[0]!.errorGroup)
    for (const path of ['jobs', 'counts', 'changes']) {
      expect((await pat.get(`${path}?errorGroup=${found}`)).status).toBe(400)
    }
  })

  test('reads the errors of the platform that come from no workflow', async () => {
    const message = 'The disk is full'
    expect((await pat.read<JobJson>(`job?id=${noted}`)).runs[0]!.error).toMatchObject({ message })
    const { jobs: failed } = await pat.read<JobPageJson>('jobs?state=failed')
    expect(failed.find(({ id }) => id === noted)?.error).toMatchObject({ message })
    const { failures } = await pat.read<StatsJson>('overview')
    expect(failures.find(({ id }) => id === noted)?.error).toMatchObject({ message })
  })

  test('cannot download an output of a workflow', async () => {
    const [run] = (await root.read<JobJson>(`job?tenant=system&id=${own.completed}`)).runs
    const path = `download?tenant=system&id=${own.completed}&run=${run!.id}&part=output`
    const unknown = await (await pat.get(`${path}&step=unknown`)).text()
    for (const part of [path, ...['order', 'again', 'note'].map((step) => `${path}&step=${step}`)]) {
      expect((await root.get(part)).status).toBe(200)
      const hidden = await pat.get(part)
      expect([hidden.status, await hidden.text()]).toEqual([404, unknown])
    }
  })
})
