import { beforeEach, describe, expect, test, vi } from 'vitest'

import {
  createFakeProvider,
  type FakeProvider,
  type FakeProviderOptions,
  jobStatus,
} from '../../test/kit/fake-provider.ts'
import { createManualClock, type ManualClock } from '../../test/kit/manual-clock.ts'
import { untyped } from '../../test/kit/untyped.ts'
import { JobNotVisibleError } from '../errors/job-not-visible-error.ts'
import type { JobState } from '../status/job-state.ts'
import { createClient } from './create-client.ts'
import type { JobClient } from './job-client.ts'

let clock: ManualClock
let fake: FakeProvider
let client: JobClient
/** The times of the engine's status reads, in milliseconds since the start. */
let reads: number[]

const setUp = (options?: FakeProviderOptions) => {
  clock = createManualClock(0)
  reads = []
  fake = createFakeProvider(options)
  const { status } = fake
  vi.spyOn(fake, 'status').mockImplementation((id) => {
    reads.push(clock.now())
    return status(id)
  })
  client = createClient({ load: () => fake }, { jobs: [], clock })
  become('queued')
}
const become = (state: JobState) => void fake.jobs.set('job_1', jobStatus({ state }))
beforeEach(() => setUp())

/** Returns true if a promise has settled after all pending callbacks have run. */
const isSettled = async (promise: Promise<unknown>): Promise<boolean> => {
  let settled = false
  const onSettled = () => void (settled = true)
  promise.then(onSettled, onSettled)
  await clock.yield()
  return settled
}

describe('waiting for a job', () => {
  test('fails for an unknown job, and for a job that is removed while it waits', async () => {
    await expect(client.waitForJob('job_9')).rejects.toMatchObject({ code: 'job_not_found' })
    const waiting = client.waitForJob('job_1')
    await clock.advance(0)
    fake.jobs.clear()
    const [result] = await Promise.all([Promise.allSettled([waiting]), clock.advance(50)])
    expect(result).toMatchObject([{ status: 'rejected', reason: { code: 'job_not_found' } }])
  })

  test('continues while the engine does not show the job yet, for a minute', async () => {
    const status = vi.mocked(fake.status)
    const shown = status.getMockImplementation()!
    const hidden = new JobNotVisibleError({ jobId: 'job_1', provider: 'fake', problem: 'it was just sent' })
    status.mockRejectedValue(hidden)
    const waiting = client.waitForJob('job_1')
    await clock.advance(50_000)
    status.mockImplementation(shown)
    become('completed')
    await clock.advance(2000)
    await expect(waiting).resolves.toMatchObject({ state: 'completed' })

    status.mockRejectedValue(hidden)
    const timedOut = expect(client.waitForJob('job_1', { timeout: 30_000 })).rejects.toMatchObject({
      code: 'wait_timeout',
      state: 'queued',
    })
    const forever = expect(client.waitForJob('job_1')).rejects.toBe(hidden)
    await clock.advance(59_000)
    await timedOut
    expect(await isSettled(forever)).toBe(false)
    await clock.advance(3000)
    await forever
  })

  test('fails with the error of the engine', async () => {
    vi.spyOn(fake, 'status').mockRejectedValue(new Error('No network.'))
    await expect(client.waitForJob('job_1')).rejects.toThrow('No network.')
  })
})

describe('an engine that does not report changes', () => {
  test('is polled at increasing intervals of at most two seconds', async () => {
    const waiting = client.waitForJob('job_1')
    await clock.advance(8000)
    expect(reads).toEqual([0, 50, 150, 350, 750, 1550, 3150, 5150, 7150])
    become('completed')
    await clock.advance(2000)
    await waiting
    expect(reads).toHaveLength(10)
    expect(clock.pendingTimers()).toBe(0)
  })
})

describe('an engine that reports changes', () => {
  let listeners: Set<() => void>
  beforeEach(() => {
    listeners = new Set()
    setUp({
      watch: (_id, changed) => {
        listeners.add(changed)
        return () => listeners.delete(changed)
      },
    })
  })

  test('is read only after a change', async () => {
    const waiting = client.waitForJob('job_1')
    await clock.advance(100_000)
    expect(reads).toEqual([0])
    become('running')
    for (const changed of listeners) changed()
    await clock.advance(1000)
    expect(reads).toEqual([0, 100_000])
    become('completed')
    for (const changed of listeners) changed()
    expect(await waiting).toMatchObject({ state: 'completed' })
    expect(listeners.size).toBe(0)
  })

  test('is watched before it is read, so that no change is missed', async () => {
    vi.spyOn(fake, 'status').mockImplementationOnce(async () => {
      const before = jobStatus({ state: 'running' })
      become('completed')
      for (const changed of listeners) changed()
      return before
    })
    expect(await client.waitForJob('job_1')).toMatchObject({ state: 'completed' })
  })

  test('stops waiting if the signal aborts while the status is read', async () => {
    const controller = new AbortController()
    vi.spyOn(fake, 'status').mockImplementation(async () => {
      controller.abort(new Error('The user left.'))
      return jobStatus({ state: 'running' })
    })
    const waiting = client.waitForJob('job_1', { signal: controller.signal })
    expect(await isSettled(waiting)).toBe(true)
    await expect(waiting).rejects.toThrow('The user left.')
    expect(listeners.size).toBe(0)
  })
})

describe('a read that takes long', () => {
  test('ends with the wait, one second after the timeout', async () => {
    become('running')
    const waiting = expect(client.waitForJob('job_1', { timeout: 5000 })).rejects.toMatchObject({
      code: 'wait_timeout',
      state: 'running',
    })
    await clock.advance(10)
    vi.spyOn(fake, 'status').mockReturnValue(new Promise(() => undefined))
    await clock.advance(6000)
    await waiting
    expect(clock.pendingTimers()).toBe(0)
  })

  test('ends at once if the signal aborts, even if it fails later', async () => {
    let fail = (_: Error): void => undefined
    vi.spyOn(fake, 'status').mockReturnValue(new Promise((_, reject) => (fail = reject)))
    const controller = new AbortController()
    const waiting = client.waitForJob('job_1', { signal: controller.signal })
    await clock.advance(500)
    controller.abort(new Error('The user left.'))
    expect(await isSettled(waiting)).toBe(true)
    await expect(waiting).rejects.toThrow('The user left.')
    fail(new Error('No network.'))
    await clock.advance(0)
  })
})

describe('a timeout', () => {
  test('does not fail a job that ends just before it', async () => {
    const waiting = client.waitForJob('job_1', { timeout: 100 })
    await clock.advance(99)
    become('completed')
    await clock.advance(1)
    expect(await waiting).toMatchObject({ state: 'completed' })
  })

  test.each([-7_200_000, 7_200_000])('follows elapsed time if the wall clock is set by %i ms', async (byMs) => {
    const waiting = client.waitForJob('job_1', { timeout: 10_000 })
    const timedOut = expect(waiting).rejects.toMatchObject({ code: 'wait_timeout' })
    await clock.advance(1000)
    clock.setWall(byMs)
    await clock.advance(8999)
    expect(await isSettled(waiting)).toBe(false)
    await clock.advance(1)
    await timedOut
  })

  test('of 0 reads once', async () => {
    await expect(client.waitForJob('job_1', { timeout: 0 })).rejects.toMatchObject({ code: 'wait_timeout' })
    become('completed')
    expect(await client.waitForJob('job_1', { timeout: 0 })).toMatchObject({ state: 'completed' })
  })

  test.each([-1, 'soon', Number.NaN, null])('cannot be %j', async (timeout) => {
    await expect(client.waitForJob('job_1', { timeout: timeout as never })).rejects.toMatchObject({ option: 'timeout' })
  })
})

describe('a signal', () => {
  test.each<[signal: unknown, kind: string]>([
    [{}, 'an object'],
    [null, 'null'],
    ['abort', 'a string'],
    [{ aborted: false, addEventListener: () => undefined, removeEventListener: () => undefined }, 'an object'],
  ])('cannot be %j, and the engine is not read', async (signal, kind) => {
    for (const one of [untyped(client), untyped(client.forTenant('acme'))]) {
      await expect(one.waitForJob('job_1', { signal })).rejects.toMatchObject({
        code: 'invalid_option',
        option: 'signal',
        message: `\`signal\` is ${kind}, not an AbortSignal. Pass the \`signal\` of an AbortController.`,
      })
    }
    expect(reads).toEqual([])
  })

  test('stops waiting at once with its reason, and removes timers and listeners', async () => {
    const controller = new AbortController()
    const remove = vi.spyOn(controller.signal, 'removeEventListener')
    const add = vi.spyOn(controller.signal, 'addEventListener')
    const waiting = client.waitForJob('job_1', { signal: controller.signal })
    waiting.catch(() => undefined)
    await clock.advance(200)
    const reason = new Error('The user left.')
    controller.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    expect(remove).toHaveBeenCalledTimes(add.mock.calls.length)
    expect(clock.pendingTimers()).toBe(0)
    expect(fake.calls).toEqual([])
  })
})
