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

test('a task that nobody has keeps its runs waiting for ever by hand; an event that nobody handles does not', async () => {
  const { raw, ours, rawUntil } = sides
  const naive = await raw.tasks.trigger('raw-unheard', {})
  const { id } = await ours.sendJob('script.unheard', script('take time'))
  expect(await ours.waitForJob(id, { timeout })).toMatchObject({ state: 'completed', runs: [] })
  await rawUntil(naive.id, 'PENDING_VERSION')
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
  test('of a run that blocks its loop is undone by hand when it ends; ours is final', async () => {
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
