import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { openWorkerSides, type WorkerSides } from '../kit/open-worker-sides.ts'
import './project/scripts.ts'
import type { Script } from './project/scripts.ts'

let sides: WorkerSides

beforeAll(async () => {
  sides = await openWorkerSides(join(import.meta.dirname, 'project'), { batchLagMs: 3000 })
})
afterAll(() => sides?.close())

const script = (does: Script['does'], ms = 0, tenantId = 'acme'): Script => ({ tenantId, does, ms })
/** A process of the worker takes a while to start, and on a busy machine a long one. */
const timeout = '2m'

/** Whether one of two runs had given its place back when the other one got it. */
function areApart(ids: string[]): boolean {
  const [one, other] = ids.map(runOf).map(({ snapshots, completedAt }) => ({
    from: snapshots.find(({ executionStatus }) => executionStatus === 'PENDING_EXECUTING')!.createdAt,
    to: completedAt!,
  }))
  return one!.to <= other!.from || other!.to <= one!.from
}

const runOf = (id: string) => sides.server.runs().find(({ friendlyId }) => friendlyId === id)!

describe('an idempotency key', () => {
  test('is free again by hand once its run has failed; ours stays taken', async () => {
    const { raw, ours, rawUntil } = sides
    const key = { idempotencyKey: 'once' }
    const naive = await raw.tasks.trigger('raw', script('fail'), key)
    await rawUntil(naive.id, 'FAILED')
    expect((await raw.tasks.trigger('raw', script('fail'), key)).id).not.toBe(naive.id)
    const { id } = await ours.sendJob('script.asked', script('fail'), key)
    expect(await ours.waitForJob(id, { timeout })).toMatchObject({ state: 'failed' })
    expect(await ours.sendJob('script.asked', script('fail'), key)).toMatchObject({ id, deduplicated: true })
  })
})

describe('a queue', () => {
  test('whose limit is for all is one for each concurrency key by hand; ours is for all', async () => {
    const { raw, ours, rawUntil } = sides
    const tenants = ['a', 'b']
    const naive = await Promise.all(
      tenants.map((tenantId) =>
        raw.tasks.trigger('raw-limited', script('take time', 500, tenantId), { concurrencyKey: tenantId }),
      ),
    )
    for (const { id } of naive) await rawUntil(id, 'COMPLETED')
    expect(areApart(naive.map(({ id }) => id))).toBe(false)
    const sent = await Promise.all(
      tenants.map((tenantId) => ours.sendJob('script.asked-one-by-one', script('take time', 500, tenantId))),
    )
    const own = await Promise.all(sent.map(async ({ id }) => (await ours.waitForJob(id, { timeout })).runs[0]!.id))
    expect(areApart(own)).toBe(true)
  })

  test('is one for two tasks by hand whose ids differ in a dot; ours are apart', async () => {
    const { raw, ours } = sides
    const naive = [await raw.tasks.trigger('order.created', {}), await raw.tasks.trigger('ordercreated', {})]
    expect(new Set(naive.map(({ id }) => runOf(id).queue)).size).toBe(1)
    const sent = [
      await ours.sendJob('script.asked', script('take time')),
      await ours.sendJob('scriptasked', script('take time')),
    ]
    expect(new Set(sent.map(({ id }) => runOf(id).queue)).size).toBe(2)
  })
})

test('a run that fans out by a batch is over by hand before the others are there; ours has made them all', async () => {
  const { raw, ours, rawUntil } = sides
  const naive = await raw.tasks.trigger('raw-fanning', {})
  const { relatedRuns } = await rawUntil(naive.id, 'COMPLETED')
  expect(relatedRuns.children).toEqual([])
  const { id } = await ours.sendJob('script.asked-of-two', script('take time'))
  await rawUntil(id, 'COMPLETED')
  const { runs } = await ours.getJobStatus(id)
  expect(runs.map(({ definitionId }) => definitionId).toSorted()).toEqual(['first', 'second'])
})

describe('a cancel', () => {
  test('of a run that blocks its loop is compensated by hand when it ends; ours is final', async () => {
    const { raw, ours, rawUntil, notes } = sides
    const blocked = async (id: string, before: number) => {
      await expect.poll(() => notes().filter((line) => line === 'blocks').length).toBe(before + 1)
      return id
    }
    const naive = await raw.tasks.trigger('raw', script('block', 2000))
    await blocked(naive.id, 0)
    await raw.runs.cancel(naive.id)
    expect((await raw.runs.retrieve(naive.id)).status).toBe('CANCELED')
    await rawUntil(naive.id, 'COMPLETED')

    const { id } = await ours.sendJob('script.asked', script('block', 2000))
    await blocked(id, 1)
    expect(await ours.cancelJob(id)).toMatchObject({ state: 'cancelled' })
    await expect.poll(() => runOf(id).completedAt).toBeDefined()
    expect(await ours.getJobStatus(id)).toMatchObject({ state: 'cancelled' })
  })

  test('takes along by hand what the run had triggered; ours leaves what the handler had sent', async () => {
    const { raw, ours, rawUntil, notes } = sides
    const sentBy = async (count: number) => {
      const sent = () => notes().filter((line) => line.startsWith('sent '))
      await expect.poll(() => sent().length).toBe(count)
      return sent().at(-1)!.slice('sent '.length)
    }
    const naive = await raw.tasks.trigger('raw', script('send and wait'))
    const child = await sentBy(1)
    await raw.runs.cancel(naive.id)
    await rawUntil(child, 'CANCELED')
    const { id } = await ours.sendJob('script.asked', script('send and wait'))
    const sent = await sentBy(2)
    await ours.cancelJob(id)
    await expect.poll(() => runOf(id).completedAt).toBeDefined()
    expect(await ours.getJobStatus(sent)).toMatchObject({ state: 'scheduled' })
    await ours.cancelJob(sent)
  })
})

describe('the settings of a project', () => {
  test('end a run by hand that takes longer, without a word to its task; ours goes on', async () => {
    const { raw, ours, rawUntil, notes } = sides
    const naive = await raw.tasks.trigger('raw', script('take time', 7000))
    const { id } = await ours.sendJob('script.asked', script('take time', 7000))
    await rawUntil(naive.id, 'TIMED_OUT')
    expect(notes()).not.toContain(`raw failed ${naive.id}`)
    expect(await ours.waitForJob(id, { timeout })).toMatchObject({ state: 'completed' })
  })

  test('grant a run by hand a single attempt, and a short life in its queue; ours has its own', async () => {
    const { raw, ours, rawUntil } = sides
    const naive = await raw.tasks.trigger('raw', script('fail'))
    expect(await rawUntil(naive.id, 'FAILED')).toMatchObject({ attemptCount: 1, ttl: '2m' })
    const { id } = await ours.sendJob('script.asked', script('fail'))
    expect(await ours.waitForJob(id, { timeout })).toMatchObject({ runs: [{ attempts: 3, maxAttempts: 3 }] })
    expect(runOf(id).ttl).toBeUndefined()
    const keyed = await ours.sendJob('script.asked', script('take time'), { idempotencyKey: 'ttl' })
    const [made] = (await ours.waitForJob(keyed.id, { timeout })).runs
    expect(runOf(made!.id).ttl).toBeUndefined()
  })
})

describe('what is told of a failure', () => {
  test('is without its code by hand; ours has it, and its causes', async () => {
    const { raw, ours, rawUntil } = sides
    const naive = await raw.tasks.trigger('raw', script('fail'))
    const { error } = await rawUntil(naive.id, 'FAILED')
    expect(error).toMatchObject({ name: 'RangeError', message: 'no' })
    expect(error).not.toHaveProperty('code')
    expect(error).not.toHaveProperty('cause')
    const { id } = await ours.sendJob('script.asked', script('fail'))
    const [run] = (await ours.waitForJob(id, { timeout })).runs
    expect(run!.error).toMatchObject({
      name: 'RangeError',
      message: 'no',
      code: 'no_more',
      cause: { name: 'TypeError', message: 'why' },
      stack: expect.stringContaining('perform'),
    })
  })

  test('in metadata is lost by hand where it is large, without a word; ours is cut', async () => {
    const { raw, ours, rawUntil } = sides
    const small = await raw.tasks.trigger('raw-telling', script('fail'))
    expect((await rawUntil(small.id, 'FAILED')).metadata).toMatchObject({ error: { code: 'no_more' } })
    const large = await raw.tasks.trigger('raw-telling', script('fail hugely'))
    expect((await rawUntil(large.id, 'FAILED')).metadata ?? {}).toEqual({})
    const { id } = await ours.sendJob('script.asked', script('fail hugely'), { maxAttempts: 1 })
    const [run] = (await ours.waitForJob(id, { timeout })).runs
    expect(run).toMatchObject({ state: 'failed', error: { name: 'RangeError', code: 'no_more' } })
  })
})

describe('a process that dies in every attempt', () => {
  test('ends a run by hand without a word to its task; ours hears of it, after as many attempts as were asked for', async () => {
    const { raw, ours, rawUntil, notes } = sides
    const naive = await raw.tasks.trigger('raw-tried', script('exit'))
    const options = [{ maxAttempts: 1 }, { idempotencyKey: 'exits' }]
    const sent = await Promise.all(options.map((option) => ours.sendJob('script.asked', script('exit'), option)))
    expect(await rawUntil(naive.id, 'CRASHED')).toMatchObject({ attemptCount: 3 })
    expect(notes()).not.toContain(`raw failed ${naive.id}`)
    const statuses = await Promise.all(sent.map(({ id }) => ours.waitForJob(id, { timeout })))
    const error = { name: 'AttemptsExhaustedError' }
    expect(statuses.map(({ runs }) => runs[0])).toMatchObject([
      { state: 'failed', attempts: 1, maxAttempts: 1, error },
      { state: 'failed', attempts: 3, maxAttempts: 3, error },
    ])
    for (const { runs } of statuses) expect(notes()).toContain(`ours failed ${runs[0]!.id}`)
  })

  // The server does not look past the task's own number of attempts where a process died.
  test('ends ours after more attempts than its definition has, too, where a send asks for them', async () => {
    const { ours, notes } = sides
    const options = { maxAttempts: 6, idempotencyKey: 'exits more often' }
    const { id } = await ours.sendJob('script.asked', script('exit'), options)
    const [run] = (await ours.waitForJob(id, { timeout })).runs
    expect(run).toMatchObject({ state: 'failed', attempts: 6, error: { name: 'AttemptsExhaustedError' } })
    expect(notes()).toContain(`ours failed ${run!.id}`)
  })
})
