import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { defineJob, defineWorkflow, isEnded } from '@cgk-platform/jobs'
import type { GroupStats, JobDetails, JobStats, JobSummaryPage } from '@cgk-platform/jobs/inspect'
import { createDashboard } from '@cgk-platform/jobs-dashboard'
import { createTestEngine, type TestEngine } from '@cgk-platform/jobs/local/testing'
import { afterEach, expect, test } from 'vitest'

import { createJobTools } from '../src/mcp/job-tools.ts'
import { listJobs } from '../src/operations/list-jobs.ts'
import type { OperationContext } from '../src/operations/run-operation.ts'
import { showStats } from '../src/operations/show-stats.ts'

// One history, whose figures every consumer must count from the runs.

const hourMs = 3_600_000
let broken = true
const fails = async (): Promise<void> => {
  if (broken) throw new Error('The printer is on fire')
}
const retry = { maxAttempts: 3, initialDelay: '1s', backoff: 'fixed' } as const
const event = 'order.created'
const definitions = [
  defineJob({ id: 'notify', event, handler: async () => undefined }),
  defineJob({ id: 'print-label', event, retry, handler: fails }),
  defineWorkflow({
    id: 'remind',
    event: 'order.fulfilled',
    steps: (_event, step) => step.sleep('a day', '24h'),
  }),
]

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

function open(store: 'memory' | 'sqlite'): TestEngine {
  const folder = mkdtempSync(join(tmpdir(), 'figures-'))
  const config = store === 'memory' ? {} : { store, path: join(folder, 'jobs.db') }
  // The commands read the clock of the machine.
  const engine = createTestEngine({ jobs: definitions, config, startAt: new Date(Date.now() - 3 * hourMs) })
  closing.push(async () => {
    await engine.client.close({ timeout: 0 })
    rmSync(folder, { recursive: true })
  })
  return engine
}

interface Figures {
  runs: number
  completed: number
  failed: number
  open: number
}

/** Counts the runs that ended in the last hour, and those that are open of jobs that were sent in it. */
function countRuns(jobs: readonly JobDetails[], since: Date, keyOf: (job: JobDetails, definition: string) => string) {
  const figures: Record<string, Figures> = {}
  for (const job of jobs) {
    for (const { definitionId, state, endedAt } of job.runs) {
      const isCounted = isEnded(state) ? endedAt! >= since : job.createdAt >= since
      if (!isCounted) continue
      const of = (figures[keyOf(job, definitionId)] ??= { runs: 0, completed: 0, failed: 0, open: 0 })
      of.runs++
      if (!isEnded(state)) of.open++
      else if (state === 'completed' || state === 'failed') of[state]++
    }
  }
  return figures
}

const figuresOf = (groups: readonly GroupStats[]): Record<string, Figures> =>
  Object.fromEntries(
    groups.map(({ key, runs, completed, failed, open: rest }) => [key, { runs, completed, failed, open: rest }]),
  )

/** Returns the figures as each consumer has them, by its name. */
async function readEach({ client }: TestEngine): Promise<Record<string, JobStats>> {
  const dashboard = createDashboard({
    client,
    basePath: '/admin',
    authorize: () => ({ user: 'ada', tenants: 'all', can: {} }),
  })
  const since = new Date(Date.now() - hourMs).toISOString()
  const overview = await dashboard(
    new Request(`http://localhost/admin/api/overview?since=${encodeURIComponent(since)}`),
  )
  const access = {
    ...{ client, scope: client, known: client.inspect, tenantId: undefined },
    ...{ allowsWrites: false, allowsPayloads: false },
  }
  const tool = createJobTools(access).find(({ name }) => name === 'get_stats')!
  const mcp = await tool.run({}, new AbortController().signal)
  return {
    client: await client.inspect.getStats(),
    overview: (await overview.json()) as JobStats,
    stats: JSON.parse(await printed((context) => showStats({ json: true }, context), client)) as JobStats,
    mcp: mcp.data as unknown as JobStats,
  }
}

/** Runs a command in this process, and returns what it prints. */
async function printed(
  run: (context: OperationContext) => Promise<unknown>,
  client: TestEngine['client'],
): Promise<string> {
  let text = ''
  const write = async (part: string): Promise<void> => void (text += part)
  const output = { write, note: () => undefined, paint: (_style: unknown, part: string) => part }
  await run({
    client,
    output,
    writeOut: () => undefined,
    untilInterrupted: () => new AbortController().signal,
  } as never)
  return text
}

test.each(['memory', 'sqlite'] as const)('all figures in %s are those of the runs', async (store) => {
  broken = true
  const engine = open(store)
  const { client } = engine
  const send = (name: 'order.created' | 'order.fulfilled', tenantId: string, options = {}) =>
    client.sendJob(name, { tenantId, orderId: 'order_1' }, options)

  const old = await send('order.created', 'shop_1') // fails three hours ago, and is retried now
  await engine.advance('30m')
  await send('order.fulfilled', 'shop_2') // sleeps, and was sent before the range
  const late = await Promise.all(
    Array.from({ length: 5 }, () => send('order.created', 'shop_2', { delay: '145m' })), // sent long ago, fails now
  )
  await engine.advance('149m')
  await send('order.fulfilled', 'shop_1') // sleeps
  const retried = await send('order.created', 'shop_1')
  await engine.advance('20s')
  broken = false
  for (const { id } of [old, retried]) await client.retryJob(id)
  await engine.advance('20s')

  const jobs = await Promise.all(
    (await client.inspect.listJobs({ limit: 100 })).jobs.map(({ id }) => client.inspect.getJob(id)),
  )
  const since = new Date(engine.now().getTime() - hourMs)
  const definitionFigures = countRuns(jobs, since, (_job, definition) => definition)
  expect(definitionFigures).toEqual({
    'print-label': { runs: 8, completed: 2, failed: 6, open: 0 },
    notify: { runs: 6, completed: 6, failed: 0, open: 0 },
    remind: { runs: 1, completed: 0, failed: 0, open: 1 },
  })
  for (const [name, stats] of Object.entries(await readEach(engine))) {
    expect([name, figuresOf(stats.definitions)]).toEqual([name, definitionFigures])
    expect([name, figuresOf(stats.tenants)]).toEqual([name, countRuns(jobs, since, ({ tenantId }) => tenantId)])
    const sum = (of: 'sent' | 'completed' | 'failed') => stats.intervals.reduce((total, each) => total + each[of], 0)
    expect([name, stats.jobs, sum('sent'), sum('completed'), sum('failed')]).toEqual([name, 2, 2, 8, 6])
    const { medianMs, p95Ms } = stats.definitions.find(({ key }) => key === 'print-label')!
    // Three attempts with a second between them. A retry by hand does not last since the first start.
    expect([name, medianMs, p95Ms]).toEqual([name, 2000, 2000])
    expect(stats.definitions.find(({ key }) => key === 'notify')).toMatchObject({ medianMs: 0, p95Ms: 0 })
    expect(Math.max(...stats.slowest.map(({ durationMs }) => durationMs!))).toBe(2000)
    const failures = stats.failures.map(({ id, definitionIds, attempts }) => [id, ...definitionIds, attempts].join(' '))
    expect(failures.toSorted()).toEqual(late.map(({ id }) => `${id} print-label 3`).toSorted())
  }

  const filter = { json: true, state: 'failed', limit: '100' }
  const list = async (flags: object): Promise<string[]> =>
    (
      JSON.parse(await printed((context) => listJobs({ ...filter, ...flags }, context), client)) as JobSummaryPage
    ).jobs.map(({ id }) => id)
  expect((await list({ endedSince: '1h' })).toSorted()).toEqual(late.map(({ id }) => id).toSorted())
  expect(await list({ since: '1h' })).toEqual([])

  const access = {
    ...{ client, scope: client, known: client.inspect, tenantId: undefined },
    ...{ allowsWrites: false, allowsPayloads: false },
  }
  const tool = createJobTools(access).find(({ name }) => name === 'list_failed_by_error')!
  const { data } = await tool.run({ since: '1h' }, new AbortController().signal)
  expect(data['groups']).toMatchObject([{ failed: 5, retrying: 0, definitionId: 'print-label' }])
})
