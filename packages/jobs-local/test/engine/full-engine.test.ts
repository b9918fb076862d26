import { type Definition, defineBatchJob, defineJob } from '@cgk-platform/jobs-core'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import { describe, expect, test } from 'vitest'

import { createLocalProvider } from '../../src/provider/local-provider.ts'
import { createTestEngine, createVirtualClock } from '../../src/testing/index.ts'
import { passVirtualTime } from '../conformance/pass-virtual-time.ts'
import { createTestFile } from '../kit/test-file.ts'

const tenantId = 'acme'
const retry = { maxAttempts: 2, backoff: 'fixed', initialDelay: 1000 } as const
const endless = (): Promise<never> => new Promise(() => undefined)
const options = { id: 'work', event: 'work.requested', concurrency: 2, retry } as const
const defineBatches = (handler: () => Promise<void>) =>
  defineBatchJob<'work.requested'>({ ...options, timeout: '5s', maxSize: 2, maxWait: '1s', handler })

describe.each(['memory', 'file'])('the slots of an engine in %s', (kind) => {
  const config = () => (kind === 'memory' ? {} : ({ store: 'sqlite', path: createTestFile().path } as const))

  /** Creates an engine with a definition whose handlers run until a test ends them. */
  const create = (define: (handler: () => Promise<void>) => unknown) => {
    const left: (() => void)[] = []
    const job = define(() => new Promise<void>((resolve) => left.push(resolve))) as Definition
    const engine = createTestEngine({ jobs: [job], maxRealWaitMs: 5, config: config() })
    const send = (priority = 0) => engine.client.sendJob('work.requested', { tenantId }, { priority })
    return { engine, left, send }
  }

  test('are free again after several attempts of a run have left a handler each', async () => {
    const { engine, left, send } = create((handler) =>
      defineJob<'work.requested'>({ ...options, timeout: '1s', handler }),
    )
    const { id } = await send()
    await engine.advance('4s')
    expect([(await engine.client.getJobStatus(id)).state, left.length]).toEqual(['failed', 2])
    for (const end of left) end()
    await engine.settle()
    for (let job = 0; job < 2; job++) await send()
    await engine.settle()
    expect(left.length).toBe(4)
    await engine.close()
  })

  test('are free when a left handler ends whose run is in the batch of another', async () => {
    const { engine, left, send } = create(defineBatches)
    await send()
    await engine.advance('1s') // a batch of one, which is stopped after 5 s
    await engine.advance('5500ms')
    await send()
    await engine.advance('1s') // both are in one batch
    expect(left.length).toBe(2)
    await send()
    await send()
    await engine.settle()
    expect(left.length).toBe(2) // the left handler holds a slot
    left[0]!()
    await engine.settle()
    expect(left.length).toBe(3)
    await engine.close()
  })

  test('are not free when an event leaves a batch whose earlier handler still runs', async () => {
    const { engine, left, send } = create(defineBatches)
    const { id } = await send()
    await engine.advance('6500ms') // its handler was stopped after 5 s, and still runs
    await send(600)
    await engine.advance('1s') // both are in one batch
    expect(left.length).toBe(2)
    await engine.client.cancelJob(id)
    left[1]!()
    await engine.settle()
    for (let job = 0; job < 4; job++) await send()
    await engine.settle()
    expect(left.length).toBe(3)
    await engine.close()
  })

  test('are full: the engine does not wake again and again for a throttle', async () => {
    const clock = createVirtualClock(0)
    const local = createLocalProvider({ concurrency: 2, ...config() }, { clock, ownTime: true })
    const throttle = { limit: 1, period: '1s' } as const
    const jobs = [
      defineJob<'work.requested'>({ id: 'work', event: 'work.requested', throttle, handler: endless }),
      defineJob<'work.followed'>({ id: 'follow', event: 'work.followed', handler: endless }),
    ] as Definition[]
    const client = createClient({ load: () => local }, { jobs, clock, logger: createRecordedLogger() })
    for (let job = 0; job < 2; job++) await client.sendJob('work.requested', { tenantId })
    await passVirtualTime(local, clock, 1)
    await client.sendJob('work.followed', { tenantId })
    await passVirtualTime(local, clock, 1)
    let wakes = 0
    while (wakes < 100 && clock.step(5000)) {
      wakes++
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
    }
    expect(wakes).toBeLessThan(10)
    await client.close({ timeout: 0 })
  })
})
