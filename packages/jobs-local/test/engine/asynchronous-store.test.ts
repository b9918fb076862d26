import { type CronContext, defineCronJob, defineJob, defineWorkflow } from '@cgk-platform/jobs-core'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import { expect, test } from 'vitest'

import { createEngineProvider, type EngineStore } from '../../src/engine.ts'
import { localCapabilities } from '../../src/provider/capabilities.ts'
import { createMemoryStore } from '../../src/store/memory/memory-store.ts'
import { createEngineStore } from '../../src/store/synchronous-store.ts'
import { createVirtualClock } from '../../src/testing/virtual-clock.ts'
import { passVirtualTime } from '../conformance/pass-virtual-time.ts'
import { answerLater } from '../kit/answer-later.ts'
import { failUntil } from '../kit/fail-until.ts'

const tenantId = 'acme'
const retry = { backoff: 'fixed', initialDelay: 1000 } as const

test('an engine runs, retries, pauses, cancels and reads jobs of a store that answers later', async () => {
  const clock = createVirtualClock(0)
  const provider = createEngineProvider({
    name: 'later',
    capabilities: localCapabilities,
    concurrency: 2,
    role: 'both',
    clock,
    random: () => 0,
    ownTime: true,
    openStore(host) {
      const memory = createMemoryStore({ count: 100, ageMs: 86_400_000 }, clock)
      return { store: answerLater(createEngineStore(memory, { clock, host }), clock) }
    },
  })
  const work = defineJob({ id: 'work', event: 'work.requested', retry, handler: failUntil(2) })
  const flow = defineWorkflow({
    id: 'flow',
    event: 'work.requested',
    async steps(_event, step) {
      await step.sleep('pause', '1h')
      return step.run('end', () => 'ended')
    },
  })
  const client = createClient({ load: () => provider }, { clock, jobs: [work, flow], logger: createRecordedLogger() })
  const send = async () => (await client.sendJob('work.requested', { tenantId })).id
  const [first, second] = [await send(), await send()]
  await passVirtualTime(provider, clock, 5000)
  await client.cancelJob(second)
  await client.pauseJobs({ tenantId })
  const paused = await send()
  await passVirtualTime(provider, clock, 3_600_000)
  expect(await client.getJobStatus(first)).toMatchObject({
    state: 'running',
    runs: [{ attempts: 2 }, { state: 'running' }],
  })
  await client.resumeJobs({ tenantId })
  await passVirtualTime(provider, clock, 5000)
  expect(await client.getJobStatus(first)).toMatchObject({ state: 'completed', runs: [{}, { output: 'ended' }] })
  expect((await client.getJobStatus(second)).state).toBe('cancelled')
  expect((await client.getJobStatus(paused)).runs).toMatchObject([{ state: 'completed' }, { state: 'running' }])
  expect((await client.listJobs({ tenantId })).jobs.length).toBe(3)
  expect(await client.healthCheck()).toMatchObject({ ok: true })
  await client.close({ timeout: 0 })
  expect((await client.getJobStatus(paused)).state).toBe('failed') // jobs in memory end with their engine
})

test('cron jobs wait for a store that does not know their last ticks yet, and miss none of them', async () => {
  const hourMs = 3_600_000
  const clock = createVirtualClock(5 * hourMs + 1)
  let open = (): void => undefined
  let opening: Promise<void> | undefined = new Promise((resolve) => {
    open = () => {
      opening = undefined
      resolve()
    }
  })
  const provider = createEngineProvider({
    name: 'later',
    capabilities: localCapabilities,
    concurrency: 2,
    role: 'both',
    clock,
    random: () => 0,
    ownTime: true,
    openStore(host) {
      const memory = createMemoryStore({ count: 100, ageMs: 86_400_000 }, clock)
      memory.setLastTick('hourly', 3 * hourMs)
      const store = answerLater(createEngineStore(memory, { clock, host }), clock)
      const slow: EngineStore = Object.create(store, {
        opening: { get: () => opening },
        lastTick: { value: (id: string) => (opening ? undefined : store.lastTick(id)) },
      })
      return { store: slow }
    },
  })
  const ticks: number[] = []
  const hourly = defineCronJob({
    id: 'hourly',
    schedule: '0 * * * *',
    catchUp: 'latest',
    handler: ({ scheduledAt }: CronContext) => void ticks.push(scheduledAt.getTime() / hourMs),
  })
  const client = createClient({ load: () => provider }, { clock, jobs: [hourly], logger: createRecordedLogger() })
  await client.healthCheck()
  await passVirtualTime(provider, clock, 1000)
  expect(ticks).toEqual([])
  open()
  await passVirtualTime(provider, clock, 1000)
  expect(ticks).toEqual([5])
  await client.close({ timeout: 0 })
})
