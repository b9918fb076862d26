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
    const { sdk, library, sdkRunUntil } = sides
    const key = { idempotencyKey: 'once' }
    const sdkResult = await sdk.tasks.trigger('raw', script('fail'), key)
    await sdkRunUntil(sdkResult.id, 'FAILED')
    expect((await sdk.tasks.trigger('raw', script('fail'), key)).id).not.toBe(sdkResult.id)
    const { id } = await library.sendJob('script.asked', script('fail'), key)
    expect(await library.waitForJob(id, { timeout })).toMatchObject({ state: 'failed' })
    expect(await library.sendJob('script.asked', script('fail'), key)).toMatchObject({ id, deduplicated: true })
  })
})

describe('a queue', () => {
  test('counts its limit per concurrency key for a task; a job can have a limit over all tenants', async () => {
    const { sdk, library, sdkRunUntil } = sides
    const tenants = ['a', 'b']
    const sdkResult = await Promise.all(
      tenants.map((tenantId) =>
        sdk.tasks.trigger('raw-limited', script('take time', 500, tenantId), { concurrencyKey: tenantId }),
      ),
    )
    for (const { id } of sdkResult) await sdkRunUntil(id, 'COMPLETED')
    expect(areSequential(sdkResult.map(({ id }) => id))).toBe(false)
    const sent = await Promise.all(
      tenants.map((tenantId) => library.sendJob('script.asked-one-by-one', script('take time', 500, tenantId))),
    )
    const own = await Promise.all(sent.map(async ({ id }) => (await library.waitForJob(id, { timeout })).runs[0]!.id))
    expect(areSequential(own)).toBe(true)
  })

  test('is shared by two tasks whose ids differ in a dot; two events have separate queues', async () => {
    const { sdk, library } = sides
    const sdkResult = [await sdk.tasks.trigger('order.created', {}), await sdk.tasks.trigger('ordercreated', {})]
    expect(new Set(sdkResult.map(({ id }) => runOf(id).queue)).size).toBe(1)
    const sent = [
      await library.sendJob('script.asked', script('take time')),
      await library.sendJob('scriptasked', script('take time')),
    ]
    expect(new Set(sent.map(({ id }) => runOf(id).queue)).size).toBe(2)
  })
})

test('a task that sends a batch ends before its runs exist; an event run ends after it has started all runs', async () => {
  const { sdk, library, sdkRunUntil } = sides
  const sdkResult = await sdk.tasks.trigger('raw-fanning', {})
  const { relatedRuns } = await sdkRunUntil(sdkResult.id, 'COMPLETED')
  expect(relatedRuns.children).toEqual([])
  const { id } = await library.sendJob('script.asked-of-two', script('take time'))
  await sdkRunUntil(id, 'COMPLETED')
  const { runs } = await library.getJobStatus(id)
  expect(runs.map(({ definitionId }) => definitionId).toSorted()).toEqual(['first', 'second'])
})

describe('a cancel', () => {
  test('of a run that blocks the event loop is reverted when a task ends; a job stays cancelled', async () => {
    const { sdk, library, sdkRunUntil, entries } = sides
    const blocked = async (id: string, before: number) => {
      await expect.poll(() => entries().filter((line) => line === 'blocks').length).toBe(before + 1)
      return id
    }
    const sdkResult = await sdk.tasks.trigger('raw', script('block', 2000))
    await blocked(sdkResult.id, 0)
    await sdk.runs.cancel(sdkResult.id)
    expect((await sdk.runs.retrieve(sdkResult.id)).status).toBe('CANCELED')
    await sdkRunUntil(sdkResult.id, 'COMPLETED')

    const { id } = await library.sendJob('script.asked', script('block', 2000))
    await blocked(id, 1)
    expect(await library.cancelJob(id)).toMatchObject({ state: 'cancelled' })
    await expect.poll(() => runOf(id).completedAt).toBeDefined()
    expect(await library.getJobStatus(id)).toMatchObject({ state: 'cancelled' })
  })

  test('also cancels the runs that a task triggered; jobs that a handler sent continue', async () => {
    const { sdk, library, sdkRunUntil, entries } = sides
    const sentBy = async (count: number) => {
      const sent = () => entries().filter((line) => line.startsWith('sent '))
      await expect.poll(() => sent().length).toBe(count)
      return sent().at(-1)!.slice('sent '.length)
    }
    const sdkResult = await sdk.tasks.trigger('raw', script('send and wait'))
    const child = await sentBy(1)
    await sdk.runs.cancel(sdkResult.id)
    await sdkRunUntil(child, 'CANCELED')
    const { id } = await library.sendJob('script.asked', script('send and wait'))
    const sent = await sentBy(2)
    await library.cancelJob(id)
    await expect.poll(() => runOf(id).completedAt).toBeDefined()
    expect(await library.getJobStatus(sent)).toMatchObject({ state: 'scheduled' })
    await library.cancelJob(sent)
  })
})

describe('the settings of a project', () => {
  test('end a longer task without `onFailure`; a job continues', async () => {
    const { sdk, library, sdkRunUntil, entries } = sides
    const sdkResult = await sdk.tasks.trigger('raw', script('take time', 7000))
    const { id } = await library.sendJob('script.asked', script('take time', 7000))
    await sdkRunUntil(sdkResult.id, 'TIMED_OUT')
    expect(entries()).not.toContain(`task failed ${sdkResult.id}`)
    expect(await library.waitForJob(id, { timeout })).toMatchObject({ state: 'completed' })
  })

  test('give a task one attempt and a short TTL; a job has its own retries and no TTL', async () => {
    const { sdk, library, sdkRunUntil } = sides
    const sdkResult = await sdk.tasks.trigger('raw', script('fail'))
    expect(await sdkRunUntil(sdkResult.id, 'FAILED')).toMatchObject({ attemptCount: 1, ttl: '2m' })
    const { id } = await library.sendJob('script.asked', script('fail'))
    expect(await library.waitForJob(id, { timeout })).toMatchObject({ runs: [{ attempts: 3, maxAttempts: 3 }] })
    expect(runOf(id).ttl).toBeUndefined()
    const keyed = await library.sendJob('script.asked', script('take time'), { idempotencyKey: 'ttl' })
    const [made] = (await library.waitForJob(keyed.id, { timeout })).runs
    expect(runOf(made!.id).ttl).toBeUndefined()
  })
})

describe('an error', () => {
  test('has no code for a task; a job has the code and the causes', async () => {
    const { sdk, library, sdkRunUntil } = sides
    const sdkResult = await sdk.tasks.trigger('raw', script('fail'))
    const { error } = await sdkRunUntil(sdkResult.id, 'FAILED')
    expect(error).toMatchObject({ name: 'RangeError', message: 'no' })
    expect(error).not.toHaveProperty('code')
    expect(error).not.toHaveProperty('cause')
    const { id } = await library.sendJob('script.asked', script('fail'))
    const [run] = (await library.waitForJob(id, { timeout })).runs
    expect(run!.error).toMatchObject({
      name: 'RangeError',
      message: 'no',
      code: 'no_more',
      cause: { name: 'TypeError', message: 'why' },
      stack: expect.stringContaining('perform'),
    })
  })

  test('in large metadata is lost silently for a task; a job cuts it', async () => {
    const { sdk, library, sdkRunUntil } = sides
    const small = await sdk.tasks.trigger('raw-telling', script('fail'))
    expect((await sdkRunUntil(small.id, 'FAILED')).metadata).toMatchObject({ error: { code: 'no_more' } })
    const large = await sdk.tasks.trigger('raw-telling', script('fail hugely'))
    expect((await sdkRunUntil(large.id, 'FAILED')).metadata ?? {}).toEqual({})
    const { id } = await library.sendJob('script.asked', script('fail hugely'), { maxAttempts: 1 })
    const [run] = (await library.waitForJob(id, { timeout })).runs
    expect(run).toMatchObject({ state: 'failed', error: { name: 'RangeError', code: 'no_more' } })
  })
})

describe('a process that dies in every attempt', () => {
  test('ends a task without `onFailure`; a job gets `onFailure` after its maximum number of attempts', async () => {
    const { sdk, library, sdkRunUntil, entries } = sides
    const sdkResult = await sdk.tasks.trigger('raw-tried', script('exit'))
    const options = [{ maxAttempts: 1 }, { idempotencyKey: 'exits' }]
    const sent = await Promise.all(options.map((option) => library.sendJob('script.asked', script('exit'), option)))
    expect(await sdkRunUntil(sdkResult.id, 'CRASHED')).toMatchObject({ attemptCount: 3 })
    expect(entries()).not.toContain(`task failed ${sdkResult.id}`)
    const statuses = await Promise.all(sent.map(({ id }) => library.waitForJob(id, { timeout })))
    const error = { name: 'AttemptsExhaustedError' }
    expect(statuses.map(({ runs }) => runs[0])).toMatchObject([
      { state: 'failed', attempts: 1, maxAttempts: 1, error },
      { state: 'failed', attempts: 3, maxAttempts: 3, error },
    ])
    for (const { runs } of statuses) expect(entries()).toContain(`job failed ${runs[0]!.id}`)
  })

  // After a crash, the server goes by the task's own number of attempts.
  test('ends a job after a higher number of attempts, if its send sets one', async () => {
    const { library, entries } = sides
    const options = { maxAttempts: 6, idempotencyKey: 'exits more often' }
    const { id } = await library.sendJob('script.asked', script('exit'), options)
    const [run] = (await library.waitForJob(id, { timeout })).runs
    expect(run).toMatchObject({ state: 'failed', attempts: 6, error: { name: 'AttemptsExhaustedError' } })
    expect(entries()).toContain(`job failed ${run!.id}`)
  })
})
