import { defineJob, type Definition } from '@cgk-platform/jobs-core'
import { afterEach, describe, expect, test, vi } from 'vitest'

import { envelopeOf } from '../../test/kit/envelope-of.ts'
import { openTasks } from '../../test/kit/open-tasks.ts'
import '../../test/kit/work.ts'

afterEach(() => vi.unstubAllGlobals())

const taskId = 'job-work'
const retry = { maxAttempts: 3, initialDelay: '10s', backoff: 'fixed' } as const
const payload = { envelope: envelopeOf(), jobId: 'run_0' }

type Options = Partial<Parameters<typeof defineJob<'work.asked', unknown>>[0]>

function open(options: Options = {}) {
  const definition = defineJob({ id: 'work', event: 'work.asked', handler: () => undefined, retry, ...options })
  return openTasks([definition as unknown as Definition])
}

describe('an attempt that the server makes too early, by a clock that is ahead', () => {
  const retryingUntil = (retryAt: number) => ({
    job: { definition: 'work', attempt: 1, maxAttempts: 3, startedAt: 0, retryAt },
  })

  test('waits until it is due, by the clock that said when', async () => {
    const begun: number[] = []
    const { attempt, clock } = await open({ handler: () => void begun.push(clock.now()) })
    const retryAt = clock.now() + 40_000
    await attempt(taskId, { payload, attempt: 2, metadata: retryingUntil(retryAt) })
    expect(begun).toEqual([retryAt])
    expect(clock.pending()).toBe(0)
  })

  test('does not wait for longer than clocks differ', async () => {
    const { attempt, clock } = await open()
    const startedAt = clock.now()
    await attempt(taskId, { payload, attempt: 2, metadata: retryingUntil(startedAt + 86_400_000) })
    expect(clock.now() - startedAt).toBe(300_000)
  })

  test('waits no more once the run is cancelled', async () => {
    const handler = vi.fn<() => void>()
    const cancel = new AbortController()
    const { attempt, clock } = await open({ handler })
    const startedAt = clock.now()
    clock.setTimer(100, () => cancel.abort())
    const metadata = retryingUntil(startedAt + 40_000)
    await attempt(taskId, { payload, attempt: 2, metadata, signal: cancel.signal })
    expect([clock.now() - startedAt, handler.mock.calls.length, clock.pending()]).toEqual([100, 0, 0])
  })
})
