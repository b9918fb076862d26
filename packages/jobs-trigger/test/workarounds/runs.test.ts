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
/** A process of the worker takes long to start on a busy machine. */
const timeout = '2m'

/** Whether two runs did not overlap. */
function areSequential(ids: string[]): boolean {
  const [one, other] = ids.map(runOf).map(({ snapshots, completedAt }) => ({
    from: snapshots.find(({ executionStatus }) => executionStatus === 'PENDING_EXECUTING')!.createdAt,
    to: completedAt!,
  }))
  return one!.to <= other!.from || other!.to <= one!.from
}

const runOf = (id: string) => sides.server.runs().find(({ friendlyId }) => friendlyId === id)!

describe('an idempotency key', () => {
  test('is free in the SDK once its run has failed; a job keeps it', async () => {
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
  test('counts its limit per concurrency key for a task; a job can have a limit over all tenants', async () => {
    const { raw, ours, rawUntil } = sides
    const tenants = ['a', 'b']
    const naive = await Promise.all(
      tenants.map((tenantId) =>
        raw.tasks.trigger('raw-limited', script('take time', 500, tenantId), { concurrencyKey: tenantId }),
      ),
    )
    for (const { id } of naive) await rawUntil(id, 'COMPLETED')
    expect(areSequential(naive.map(({ id }) => id))).toBe(false)
    const sent = await Promise.all(
      tenants.map((tenantId) => ours.sendJob('script.asked-one-by-one', script('take time', 500, tenantId))),
    )
    const own = await Promise.all(sent.map(async ({ id }) => (await ours.waitForJob(id, { timeout })).runs[0]!.id))
    expect(areSequential(own)).toBe(true)
  })

  test('is shared by two tasks whose ids differ in a dot; two events have separate queues', async () => {
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

test('a task that sends a batch ends before its runs exist; an event run ends after it has started all runs', async () => {
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
  test('of a run that blocks the event loop is reverted when a task ends; a job stays cancelled', async () => {
    const { raw, ours, rawUntil, entries } = sides
    const blocked = async (id: string, before: number) => {
      await expect.poll(() => entries().filter((line) => line === 'blocks').length).toBe(before + 1)
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

  test('also cancels the runs that a task triggered; jobs that a handler sent continue', async () => {
    const { raw, ours, rawUntil, entries } = sides
    const sentBy = async (count: number) => {
      const sent = () => entries().filter((line) => line.startsWith('sent '))
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
  test('end a longer task without `onFailure`; a job continues', async () => {
    const { raw, ours, rawUntil, entries } = sides
    const naive = await raw.tasks.trigger('raw', script('take time', 7000))
    const { id } = await ours.sendJob('script.asked', script('take time', 7000))
    await rawUntil(naive.id, 'TIMED_OUT')
    expect(entries()).not.toContain(`raw failed ${naive.id}`)
    expect(await ours.waitForJob(id, { timeout })).toMatchObject({ state: 'completed' })
  })

  test('give a task one attempt and a short TTL; a job has its own retries and no TTL', async () => {
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

describe('an error', () => {
  test('has no code for a task; a job has the code and the causes', async () => {
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

  test('in large metadata is lost silently for a task; a job cuts it', async () => {
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
  test('ends a task without `onFailure`; a job gets `onFailure` after its maximum number of attempts', async () => {
    const { raw, ours, rawUntil, entries } = sides
    const naive = await raw.tasks.trigger('raw-tried', script('exit'))
    const options = [{ maxAttempts: 1 }, { idempotencyKey: 'exits' }]
    const sent = await Promise.all(options.map((option) => ours.sendJob('script.asked', script('exit'), option)))
    expect(await rawUntil(naive.id, 'CRASHED')).toMatchObject({ attemptCount: 3 })
    expect(entries()).not.toContain(`raw failed ${naive.id}`)
    const statuses = await Promise.all(sent.map(({ id }) => ours.waitForJob(id, { timeout })))
    const error = { name: 'AttemptsExhaustedError' }
    expect(statuses.map(({ runs }) => runs[0])).toMatchObject([
      { state: 'failed', attempts: 1, maxAttempts: 1, error },
      { state: 'failed', attempts: 3, maxAttempts: 3, error },
    ])
    for (const { runs } of statuses) expect(entries()).toContain(`ours failed ${runs[0]!.id}`)
  })

  // After a crash, the server goes by the task's own number of attempts.
  test('ends a job after a higher number of attempts, if its send sets one', async () => {
    const { ours, entries } = sides
    const options = { maxAttempts: 6, idempotencyKey: 'exits more often' }
    const { id } = await ours.sendJob('script.asked', script('exit'), options)
    const [run] = (await ours.waitForJob(id, { timeout })).runs
    expect(run).toMatchObject({ state: 'failed', attempts: 6, error: { name: 'AttemptsExhaustedError' } })
    expect(entries()).toContain(`ours failed ${run!.id}`)
  })
})
