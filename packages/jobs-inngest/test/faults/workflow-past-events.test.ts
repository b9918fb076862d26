import { defineWorkflow, type JobStatus, NonRetryableError, type Steps } from '@cgk-platform/jobs-core'
import { expect, test } from 'vitest'

import { openJobs, type OpenJobs, type OpenJobsOptions } from '../kit/open-jobs.ts'

type Code = (step: Steps<'work.asked'>, did: (what: string) => string) => Promise<unknown>

/** Opens a workflow that waits for `work.counted`. */
async function openWaiting(code: Code, options: OpenJobsOptions = {}) {
  const effects: string[] = []
  const did = (what: string): string => {
    effects.push(what)
    return what
  }
  const work = defineWorkflow({
    id: 'work',
    event: 'work.asked',
    retry: { maxAttempts: 3, backoff: 'fixed', initialDelay: '2s' },
    steps: (_event, step) => code(step, did),
  })
  const opened: OpenJobs = await openJobs({ jobs: [work], factor: 40, ...options })
  const { client, until } = opened
  const ask = async (): Promise<string> => (await client.sendJob('work.asked', { tenantId: 'acme', number: 7 })).id
  const count = (number: number) => client.sendJob('work.counted', { tenantId: 'acme', number })
  const stateOf = (jobId: string, id: string) =>
    client.getJobStatus(jobId).then(({ runs }) => runs.at(-1)?.steps?.find((step) => step.id === id))
  return { ...opened, effects, ask, count, stateOf, did: (what: string) => until(() => effects.includes(what)) }
}

const numberOf = (event: { readonly payload: { readonly number?: number | undefined } } | null) =>
  event?.payload.number ?? null
const outputOf = ({ state, runs }: JobStatus): unknown => (state === 'completed' ? runs.at(-1)!.output : state)

test('finds an event that the history showed only after the native wait had begun', async () => {
  const { ask, count, client, pause, did } = await openWaiting(
    async (step, done) => {
      await step.run('charge', () => done('charged'))
      await step.sleep('nap', '1s')
      return numberOf(await step.waitForEvent('counted', 'work.counted', { timeout: '1h', since: 'charge' }))
    },
    { engine: { delays: { eventMs: 6000 } } },
  )
  const id = await ask()
  await did('charged')
  await pause(500)
  await count(3)
  expect(outputOf(await client.waitForJob(id))).toBe(3)
})

test('gets an event from a native wait, shows what it waits for, and keeps the event after a retry', async () => {
  const { ask, count, client, stateOf, until, clock } = await openWaiting(async (step, did) => {
    const first = await step.waitForEvent('counted', 'work.counted', { timeout: '1h', since: 'start' })
    await step.run('fails once', () => {
      if (did('tried') && first && isBroken) throw new Error('broken')
    })
    const second = await step.waitForEvent('counted', 'work.counted', { timeout: '5s', since: 'start' })
    return [numberOf(first), numberOf(second)]
  })
  let isBroken = true
  const id = await ask()
  const sinceOf = async () => {
    const { waitsFor } = (await stateOf(id, 'counted')) ?? {}
    return waitsFor && 'since' in waitsFor && waitsFor.since
  }
  await until(async () => (await sinceOf()) instanceof Date) // after the first look
  const { kind, state, waitsFor, waitsUntil } = (await stateOf(id, 'counted'))!
  expect([kind, state, waitsFor]).toEqual([
    'waitForEvent',
    'waiting',
    { event: 'work.counted', since: await sinceOf() },
  ])
  expect(waitsUntil!.getTime() - clock.now()).toBeLessThan(3_600_000)
  await count(3)
  expect((await client.waitForJob(id)).state).toBe('failed')
  expect(await stateOf(id, 'counted')).toMatchObject({ state: 'completed', output: { payload: { number: 3 } } })
  isBroken = false
  await client.retryJob(id)
  expect(outputOf(await client.waitForJob(id))).toEqual([3, null])
})

/** Waits twice at once. One event ends both native waits. */
const waits = (step: Steps<'work.asked'>) =>
  ['a', 'b'].map(async (id) => numberOf(await step.waitForEvent(id, 'work.counted', { timeout: '1h', since: 'start' })))

test('shows the wait that did not get the event of two, and its own event', async () => {
  const { ask, count, client, pause, stateOf, until } = await openWaiting((step) => Promise.all(waits(step)))
  const id = await ask()
  const states = async () => Promise.all(['a', 'b'].map(async (each) => (await stateOf(id, each))?.state))
  await until(async () => (await states()).every((state) => state === 'waiting'))
  // Both may get an event that they find in the history: send it in the long native waits.
  await pause(300_000)
  await count(3)
  await until(async () => {
    const now = await states()
    return now.includes('completed') && now.includes('waiting')
  })
  await count(4)
  const status = await client.waitForJob(id)
  const shown = status.runs[0]!.steps!.map(({ output }) => (output as { payload: { number: number } }).payload.number)
  expect(shown).toEqual(outputOf(status))
  expect(new Set(shown)).toEqual(new Set([3, 4]))
})

test('a run fails although a wait that did not get the event of two continues', async () => {
  const { ask, count, client, stateOf, until } = await openWaiting(async (step, did) => {
    await Promise.race(waits(step))
    await step.run('note', () => did('noted'))
    throw new NonRetryableError('broken')
  })
  const id = await ask()
  await until(
    async () => (await stateOf(id, 'a'))?.state === 'waiting' && (await stateOf(id, 'b'))?.state === 'waiting',
  )
  await count(3)
  expect((await client.waitForJob(id)).state).toBe('failed')
})

test('counts events since the first attempt of a step', async () => {
  const { ask, count, client, did } = await openWaiting(async (step, done) => {
    await step.run('charge', ({ attempt }) => {
      done(`attempt ${attempt}`)
      if (attempt === 1) throw new Error('no answer')
    })
    return numberOf(await step.waitForEvent('counted', 'work.counted', { timeout: '10s', since: 'charge' }))
  })
  const id = await ask()
  await did('attempt 1')
  await count(3)
  expect(outputOf(await client.waitForJob(id))).toBe(3)
})

test('reaches the steps to compensate after a wait that went on', async () => {
  const { ask, count, client, pause, until, stateOf, effects } = await openWaiting(async (step, did) => {
    const counted = await step.waitForEvent('counted', 'work.counted', { timeout: '1h', since: 'start' })
    await step.run('charge', () => did('charged'), { compensate: () => did(`refunded ${numberOf(counted)}`) })
    await step.run('pack', () => Promise.reject(new Error('no')), { retry: { maxAttempts: 1 } })
  })
  const id = await ask()
  await until(async () => (await stateOf(id, 'counted'))?.state === 'waiting')
  await pause(3000)
  await count(3)
  expect((await client.waitForJob(id)).state).toBe('failed')
  await until(() => effects.includes('refunded 3'))
})

test('loses a race without holding the run, also in a race of branches', async () => {
  const { ask, client, effects } = await openWaiting(async (step, did) => {
    const wait = (id: string) => step.waitForEvent(id, 'work.counted', { timeout: '30d', since: 'start' })
    const slow = step.sleep('limit', '20s').then(() => step.run('late', () => did('late')))
    const first = await Promise.race([wait('a'), wait('b'), slow])
    await step.run('next', () => did('next'))
    return first
  })
  const { state, runs } = await client.waitForJob(await ask())
  expect([state, runs[0]?.output, effects]).toEqual(['completed', 'late', ['late', 'next']])
})

test('waits for a delayed event until it is due', async () => {
  const { ask, client, did, clock } = await openWaiting(async (step, done) => {
    await step.run('charge', () => done('charged'))
    await step.sleep('nap', '3s')
    const counted = await step.waitForEvent('counted', 'work.counted', { timeout: '1h', since: 'start' })
    return [numberOf(counted), clock.now()]
  })
  const id = await ask()
  await did('charged')
  const sentAt = clock.now()
  await client.sendJob('work.counted', { tenantId: 'acme', number: 3 }, { delay: '40s' })
  const [number, at] = outputOf(await client.waitForJob(id)) as [number, number]
  expect(number).toBe(3)
  expect(at - sentAt).toBeGreaterThanOrEqual(40_000)
})
