import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { openWorkerSides, type WorkerSides } from '../kit/open-worker-sides.ts'
import './project/scripts.ts'
import type { Script } from './project/scripts.ts'

let sides: WorkerSides

beforeAll(async () => {
  sides = await openWorkerSides(join(import.meta.dirname, 'project'))
})
afterAll(() => sides?.close())

const script = (does: Script['does'], ms = 0): Script => ({ tenantId: 'acme', does, ms })
/** A process of the worker takes a while to start, and on a busy machine a long one. */
const timeout = '2m'
const runOf = (id: string) => sides.server.runs().find(({ friendlyId }) => friendlyId === id)!

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

  test('while it is tried again is nothing by hand; ours is retrying, and says when and why', async () => {
    const { raw, ours, rawUntil } = sides
    const naive = await raw.tasks.trigger('raw-patient', script('fail'))
    await expect
      .poll(async () => runOf(naive.id).snapshots.filter(({ description }) => /short delay/.test(description)).length)
      .toBe(1)
    expect(await rawUntil(naive.id, 'EXECUTING')).toMatchObject({ isExecuting: true })
    expect((await raw.runs.retrieve(naive.id)).error).toBeUndefined()
    const { id } = await ours.sendJob('script.asked-patiently', script('fail'))
    await expect.poll(async () => (await ours.getJobStatus(id)).state).toBe('retrying')
    const [run] = (await ours.getJobStatus(id)).runs
    expect(run).toMatchObject({ attempts: 1, error: { code: 'no_more' }, nextAttemptAt: expect.any(Date) })
    await Promise.all([raw.runs.cancel(naive.id), ours.cancelJob(id)])
  })
})

test('an empty text that is returned is nothing by hand; ours is an empty text', async () => {
  const { raw, ours, rawUntil } = sides
  const naive = await raw.tasks.trigger('raw', script('return an empty text'))
  expect((await rawUntil(naive.id, 'COMPLETED')).output).toBeUndefined()
  const { id } = await ours.sendJob('script.asked', script('return an empty text'))
  expect(await ours.waitForJob(id, { timeout })).toMatchObject({ runs: [{ output: '' }] })
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
