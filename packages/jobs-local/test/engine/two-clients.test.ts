import { defineCronJob, type JobClient } from '@cgk-platform/jobs-core'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { afterEach, describe, expect, test } from 'vitest'

import { createLocalProvider } from '../../src/local-provider.ts'
import { createVirtualClock, type VirtualClock } from '../../src/testing/virtual-clock.ts'
import { forgetJobs } from '../kit/forget-jobs.ts'
import { createRecordedLogger } from '../kit/recorded-logger.ts'

const start = Date.UTC(2026, 0, 1)

/** A client as a process makes it, but for the clock, on the definitions that register themselves. */
function createProcessClient(clock: VirtualClock): JobClient {
  const provider = createLocalProvider({}, { clock })
  return createClient({ load: () => provider }, { clock, logger: createRecordedLogger() })
}

async function advance(clock: VirtualClock, minutes: number): Promise<void> {
  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn++) await clock.yield()
  }
  await turns()
  for (const until = clock.now() + minutes * 60_000; clock.step(until);) await turns()
  await turns()
}

describe('two clients of one process', () => {
  afterEach(forgetJobs)

  test('tick once, and the second takes over when the first closes, with no tick lost', async () => {
    const ticks: number[] = []
    const clock = createVirtualClock(start)
    const [first, second] = [createProcessClient(clock), createProcessClient(clock)]
    await first.capabilities()
    await second.capabilities()
    defineCronJob({
      id: 'every-minute',
      schedule: '* * * * *',
      handler: ({ scheduledAt }) => void ticks.push(scheduledAt.getUTCMinutes()),
    })
    await advance(clock, 2)
    expect(ticks).toEqual([1, 2])
    expect((await second.listJobs()).jobs).toEqual([])

    await first.close()
    await advance(clock, 2)
    expect(ticks).toEqual([1, 2, 3, 4])
    expect((await second.listJobs()).jobs).toHaveLength(2)

    await second.close()
    await advance(clock, 2)
    expect(ticks).toEqual([1, 2, 3, 4])
  })

  test('the second may close first, and a third that opens later takes over too', async () => {
    const ticks: number[] = []
    const clock = createVirtualClock(start)
    defineCronJob({
      id: 'every-minute',
      schedule: '* * * * *',
      handler: ({ scheduledAt }) => void ticks.push(scheduledAt.getUTCMinutes()),
    })
    const [first, second, third] = [createProcessClient(clock), createProcessClient(clock), createProcessClient(clock)]
    await first.capabilities()
    await second.capabilities()
    await second.close()
    await advance(clock, 1)
    await third.capabilities()
    await advance(clock, 1)
    await first.close()
    await advance(clock, 1)
    expect(ticks).toEqual([1, 2, 3])
    await third.close()
  })

  test('clients with jobs of their own each tick for theirs', async () => {
    const ticks: string[] = []
    const clock = createVirtualClock(start)
    const own = (name: string) => {
      const cron = defineCronJob({ id: name, schedule: '* * * * *', handler: () => void ticks.push(name) })
      const provider = createLocalProvider({}, { clock })
      return createClient({ load: () => provider }, { clock, logger: createRecordedLogger(), jobs: [cron] })
    }
    const clients = [own('a'), own('b')]
    for (const client of clients) await client.capabilities()
    await advance(clock, 1)
    expect(ticks).toEqual(['a', 'b'])
    for (const client of clients) await client.close()
  })
})
