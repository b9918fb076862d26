import type { InspectListOptions, JobSummary } from '@cgk-platform/jobs-core/inspect'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { HandlerScript } from '../faults/project/handler-script.ts'
import { openProject, type Project } from '../kit/open-project.ts'

let project: Project

beforeAll(async () => {
  project = await openProject()
  await project.start('jobs')
})

afterAll(() => project?.close())

const send = async (tenantId: string, data: HandlerScript = {}, options = {}): Promise<string> =>
  (await project.client.sendJob('work.asked', { tenantId, data }, options)).id

const read = (id: string) => project.client.inspect.getJob(id)
const list = (options: InspectListOptions) => project.client.inspect.listJobs(options)

/** Calls `view` and returns its result, after a check of how many requests it made. */
async function within<T>(maxRequests: number, view: () => Promise<T>): Promise<T> {
  const before = project.server.requests.length
  const result = await view()
  const made = project.server.requests.slice(before).filter(({ path }) => path.startsWith('/api/'))
  expect(made.length, made.map(({ path }) => path).join(' ')).toBeLessThanOrEqual(maxRequests)
  return result
}

describe('a job', () => {
  test('that was retried has its payload, key, references and each attempt', async () => {
    const options = { reference: ['order_2', 'order_1'], maxAttempts: 3 }
    const id = await send('details', { throwIn: [1, 2] }, options)
    const status = await project.ended(id)
    const details = await within(1, () => read(id))
    expect(details).toMatchObject({
      id,
      state: 'completed',
      createdAt: status.createdAt,
      payload: { tenantId: 'details', data: { throwIn: [1, 2] } },
      references: ['order_2', 'order_1'],
    })
    const [first, second, third] = details.runs[0]!.attemptHistory!
    expect(first).toMatchObject({ number: 1, error: { name: 'Error', message: 'attempt 1' } })
    expect(second).toMatchObject({ number: 2, error: { message: 'attempt 2' } })
    expect(third).toMatchObject({ number: 3 })
    expect(third).not.toHaveProperty('error')
    for (const one of [first!, second!, third!]) {
      expect(one.startedAt!.getTime()).toBeGreaterThanOrEqual(one.dueAt!.getTime())
      expect(one.endedAt!.getTime()).toBeGreaterThanOrEqual(one.startedAt!.getTime())
    }
    expect(second!.dueAt!.getTime() - first!.endedAt!.getTime()).toBe(100)
  })

  test('with a key has the run that its own run started, with its output', async () => {
    const id = await send('details', {}, { idempotencyKey: 'once' })
    await project.ended(id)
    expect(await within(2, () => read(id))).toMatchObject({
      idempotencyKey: 'once',
      runs: [{ definitionId: 'work', output: 'done', attemptHistory: [{ number: 1 }] }],
    })
  })

  test('that failed and was retried by hand has both runs, linked', async () => {
    const id = await send('details', { throwIn: [1, 2] })
    await project.ended(id)
    await project.client.retryJob(id)
    await project.ended(id)
    const details = await within(2, () => read(id))
    const [failed, retried] = details.runs
    expect(details).toMatchObject({ state: 'failed', runs: [{ attempts: 2 }, { attempts: 2, retryOf: failed!.id }] })
    expect(retried!.attemptHistory).toMatchObject([
      { error: { message: 'attempt 1' } },
      { error: { message: 'attempt 2' } },
    ])
  })

  test('whose process exited has an attempt without a known error', async () => {
    const id = await send('details', { exitIn: [1] })
    await project.ended(id)
    expect(await read(id)).toMatchObject({
      state: 'completed',
      runs: [{ attempts: 2, attemptHistory: [{ number: 1 }, { number: 2 }] }],
    })
  })

  test.each(['run_unknown', 'nothing', '../x'])('with the id %j does not exist', async (id) => {
    await within(2, () => expect(read(id)).rejects.toMatchObject({ code: 'job_not_found' }))
  })
})

describe('a list', () => {
  let ids: Record<'plain' | 'keyed' | 'failed' | 'exited' | 'retried' | 'delayed', string>

  beforeAll(async () => {
    ids = {
      plain: await send('lists'),
      keyed: await send('lists', {}, { idempotencyKey: 'listed' }),
      failed: await send('lists', { throwIn: [1, 2] }, { reference: 'order_9' }),
      exited: await send('lists', { exitIn: [1, 2, 3, 4, 5] }),
      retried: await send('lists', { throwIn: [1, 2] }),
      delayed: await send('lists', {}, { delay: '1h' }),
    }
    await send('others', {}, { reference: 'order_9' })
    const { delayed: _, ...ending } = ids
    for (const id of Object.values(ending)) await project.ended(id)
    await project.client.retryJob(ids.retried)
    await project.ended(ids.retried)
  })

  const idsOf = (jobs: readonly JobSummary[]) => jobs.map(({ id }) => id)
  const newest = () => [ids.delayed, ids.retried, ids.exited, ids.failed, ids.keyed, ids.plain]

  test('has the facts of `getJobStatus`, with two requests', async () => {
    const { jobs, cursor } = await within(2, () => list({ tenantId: 'lists' }))
    expect(cursor).toBeUndefined()
    expect(idsOf(jobs)).toEqual(newest())
    for (const job of jobs) {
      const { runs, waiting: _, ...status } = await project.client.getJobStatus(job.id)
      expect(job).toMatchObject(status)
      expect(job.definitionIds).toEqual([...new Set(runs.map(({ definitionId }) => definitionId))])
      expect(job.runs.map(({ id, state, endedAt }) => [id, state, endedAt])).toEqual(
        runs.map(({ id, state, endedAt }) => [id, state, endedAt]),
      )
      if (job.attempts !== undefined) expect(job.attempts).toBe(runs.at(-1)?.attempts ?? 0)
    }
    const byId = new Map(jobs.map((job) => [job.id, job]))
    expect(byId.get(ids.failed)).toMatchObject({ attempts: 2, error: { name: 'Error', message: 'attempt 2' } })
    expect(byId.get(ids.plain)).toMatchObject({ attempts: 1, definitionIds: ['work'] })
    expect(byId.get(ids.plain)).not.toHaveProperty('error')
    expect(byId.get(ids.delayed)).toMatchObject({ state: 'scheduled', definitionIds: [], attempts: 0 })
  })

  test('in pages of every size has each job once', async () => {
    for (const limit of [1, 2, 4]) {
      const found: string[] = []
      let cursor: string | undefined
      do {
        const page = await within(2, () => list({ tenantId: 'lists', limit, ...(cursor && { cursor }) }))
        found.push(...idsOf(page.jobs))
        cursor = page.cursor
      } while (cursor !== undefined)
      expect(found).toEqual(newest())
    }
  })

  test('of up to 100 jobs gives counts and figures with two requests', async () => {
    const { inspect } = project.client.forTenant('lists')
    const counts = await within(2, () => inspect.countJobs({ by: 'state' }))
    expect(counts).toMatchObject({ count: 6, isExact: true })
    expect(counts.groups.map(({ key, count }) => `${key} ${count}`)).toEqual(['failed 3', 'completed 2', 'scheduled 1'])
    const stats = await within(2, () => inspect.getStats())
    expect(stats).toMatchObject({
      jobs: 6,
      isComplete: true,
      definitions: [{ key: 'work', jobs: 5, runs: 6, failed: 4 }],
    })
  })

  test('continues behind the last job, although jobs are sent in between', async () => {
    const tenantId = 'growing'
    const older = [await send(tenantId), await send(tenantId)]
    const { cursor } = await list({ tenantId, limit: 1 })
    await send(tenantId)
    expect(idsOf((await list({ tenantId, limit: 5, cursor: cursor! })).jobs)).toEqual([older[0]])
  })

  test.each([
    ['states', (): InspectListOptions => ({ states: ['failed'] }), () => [ids.retried, ids.exited, ids.failed]],
    ['a state that only a delayed job has', (): InspectListOptions => ({ states: ['scheduled'] }), () => [ids.delayed]],
    [
      'several states',
      (): InspectListOptions => ({ states: ['completed', 'scheduled'] }),
      () => [ids.delayed, ids.keyed, ids.plain],
    ],
    ['a state that no job has', (): InspectListOptions => ({ states: ['superseded', 'expired'] }), () => []],
    ['a reference', (): InspectListOptions => ({ reference: 'order_9' }), () => [ids.failed]],
    ['an event', (): InspectListOptions => ({ event: 'work.counted' }), () => []],
    [
      'a definition',
      (): InspectListOptions => ({ definitionId: 'work' }),
      () => [ids.retried, ids.exited, ids.failed, ids.keyed, ids.plain],
    ],
    ['another definition', (): InspectListOptions => ({ definitionId: 'counted' }), () => []],
  ])('by %s', async (_, query, expected) => {
    for (const limit of [50, 1]) {
      const found: string[] = []
      let cursor: string | undefined
      do {
        const page = await within(2, () => list({ tenantId: 'lists', limit, ...query(), ...(cursor && { cursor }) }))
        found.push(...idsOf(page.jobs))
        cursor = page.cursor
      } while (cursor !== undefined)
      expect(found).toEqual(expected())
    }
  })

  test('by time includes the start and not the end', async () => {
    const [since, until] = await Promise.all(
      [ids.keyed, ids.exited].map(async (id) => (await project.client.getJobStatus(id)).createdAt),
    )
    const { jobs } = await within(2, () => list({ tenantId: 'lists', since: since!, until: until! }))
    expect(idsOf(jobs)).toEqual([ids.failed, ids.keyed])
  })

  test.each(['x', '1.2', '../../x', 'run_1', `.${'a'.repeat(600)}`, '\0'])('refuses the cursor %j', async (cursor) => {
    await expect(list({ cursor })).rejects.toMatchObject({ code: 'invalid_option', option: 'cursor' })
  })
})
