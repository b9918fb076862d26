import { defineJob, defineWorkflow, type JobStatus, type Steps } from '@cgk-platform/jobs-core'
import { expect, test } from 'vitest'

import { openJobs, type OpenJobs } from '../kit/open-jobs.ts'

interface Failing extends OpenJobs {
  readonly effects: string[]
  perform(): Promise<JobStatus>
  retry(): Promise<JobStatus>
}

const child = defineJob({
  id: 'child',
  event: 'work.followed',
  handler: ({ payload, id }) => `${payload.number} by ${id}`,
})
let brokenRuns = 0
const broken = defineJob({
  id: 'broken-job',
  event: 'work.counted',
  retry: { maxAttempts: 1 },
  handler: () => {
    brokenRuns++
    throw new Error('broken')
  },
})
const once = { retry: { maxAttempts: 1 } }

/** Opens a workflow whose steps fail as configured until they are repaired. */
async function openFailing(
  code: (
    step: Steps<'work.asked'>,
    tools: { did(what: string): string; failUntil(fixed: number): void },
  ) => Promise<unknown>,
): Promise<Failing> {
  const effects: string[] = []
  let fixed = 0
  const tools = {
    did(what: string): string {
      effects.push(what)
      return what
    },
    failUntil(enough: number): void {
      if (fixed < enough) throw new Error(`not fixed, ${enough}`)
    },
  }
  const work = defineWorkflow({
    id: 'work',
    event: 'work.asked',
    retry: once.retry,
    steps: (_event, step) => code(step, tools),
  })
  const opened = await openJobs({ jobs: [work, child, broken] })
  let id = ''
  return {
    ...opened,
    effects,
    async perform() {
      ;({ id } = await opened.client.sendJob('work.asked', { tenantId: 'acme', number: 7 }))
      return opened.client.waitForJob(id)
    },
    async retry() {
      fixed++
      await opened.client.retryJob(id)
      return opened.client.waitForJob(id)
    },
  }
}

test('a retry reuses the results of every kind of step, and repeats no wait', async () => {
  const { perform, retry, effects, engine, engineClock } = await openFailing(async (step, { did, failUntil }) => {
    const one = await step.run('one', () => did('one'))
    await step.sleep('nap', '30s')
    await step.sleep('short', 500)
    const none = await step.waitForEvent('none', 'work.counted', { timeout: '20s' })
    const ran = await step.runJob('child', child, { number: 3 })
    const sent = await step.sendEvent('tell', 'work.followed', { number: 4 })
    await step.run('broken', () => (did('broken'), failUntil(1)))
    return [one, none, ran, sent.id]
  })
  const first = await perform()
  expect(first.state).toBe('failed')
  const sends = (): number => engine.requests.filter(({ path }) => path.startsWith('/e/')).length
  const [before, begun] = [sends(), engineClock.now()]
  const { state, runs } = await retry()
  expect(state).toBe('completed')
  const [one, none, ran, sentId] = runs[1]!.output as unknown[]
  expect([one, none]).toEqual(['one', null])
  expect(ran).toMatch(/^3 by /)
  const tell = (steps: JobStatus['runs'][number]['steps']) =>
    steps!.find(({ id }) => id === 'tell')!.output as { id: string }
  expect(sentId).toBe(tell(first.runs[0]!.steps).id)
  expect(sends()).toBe(before + 1) // the claim of the retry
  expect(engineClock.now() - begun).toBeLessThan(30_000) // only the sleep
  expect(effects).toEqual(['one', 'broken', 'broken'])
})

test('a retry of a retry reuses the steps of both, with the keys of the first', async () => {
  const keys: string[] = []
  const { perform, retry, effects } = await openFailing(async (step, { did, failUntil }) => {
    await step.run('one', () => did('one'))
    await step.run('two', ({ idempotencyKey }) => (keys.push(idempotencyKey), failUntil(1)))
    await step.run('three', () => did('three'))
    await step.run('four', ({ idempotencyKey }) => (keys.push(idempotencyKey), failUntil(2)))
  })
  const first = await perform()
  expect((await retry()).state).toBe('failed')
  expect((await retry()).state).toBe('completed')
  expect(effects).toEqual(['one', 'three'])
  const origin = first.runs[0]!.id
  expect(keys).toEqual([`${origin}/two`, `${origin}/two`, `${origin}/four`, `${origin}/four`])
})

test('a step of the failed run is compensated if its retry fails later', async () => {
  const { perform, retry, effects } = await openFailing(async (step, { did, failUntil }) => {
    const compensate = (output: string): string => did(`compensation ${output}`)
    await step.run('plain', () => did('plain'))
    await step.run('two', () => failUntil(1))
    await step.run('three', () => did('three'), { compensate })
    await step.run('four', () => failUntil(9))
  })
  await perform()
  await retry()
  expect(effects).toEqual(['plain', 'three', 'compensation three'])
})

test('a caught failure is reused, with the steps that followed from it', async () => {
  const { perform, retry, effects } = await openFailing(async (step, { did, failUntil }) => {
    const card = await step.run('card', () => (did('card'), failUntil(9))).catch(() => 'declined')
    const job = await step.runJob('job', broken, { number: 1 }).catch(() => 'broken')
    await step.run('invoice', () => did('invoice'))
    await step.run('mail', () => failUntil(1))
    return [card, job]
  })
  await perform()
  const { state, runs } = await retry()
  expect([state, runs[1]!.output]).toEqual(['completed', ['declined', 'broken']])
  expect(effects).toEqual(['card', 'invoice'])
  expect(brokenRuns).toBe(1)
})

test('a job that made the run fail runs again', async () => {
  const before = brokenRuns
  const { perform, retry } = await openFailing((step) => step.runJob('job', broken, { number: 1 }))
  await perform()
  await retry()
  expect(brokenRuns - before).toBe(2)
})

test('a step whose compensation failed is not repeated, and is compensated with its own key', async () => {
  const keys: string[] = []
  const { perform, retry, effects } = await openFailing(async (step, { did, failUntil }) => {
    const compensation = (_: unknown, { idempotencyKey }: { idempotencyKey: string }): never => {
      keys.push(idempotencyKey)
      throw new Error('glued')
    }
    await step.run('glued', () => did('glued'), { compensate: compensation, ...once })
    await step.run('loose', () => did('loose'), { compensate: () => did('compensation loose'), ...once })
    await step.run('broken', () => failUntil(9), once)
  })
  await perform()
  await retry()
  expect(effects).toEqual(['glued', 'loose', 'compensation loose', 'loose', 'compensation loose'])
  expect(new Set(keys).size).toBe(1)
})

test('a retry starts no step while the failed run cannot be read', async () => {
  const { perform, retry, effects, engine, engineClock } = await openFailing(async (step, { did, failUntil }) => {
    try {
      await step.run('one', () => did('one'))
    } catch {
      did('the code caught an error')
    }
    await step.run('two', () => failUntil(1))
    did('end')
  })
  await perform()
  let hiddenUntil = Infinity
  const stop = engine.intercept(({ path }) => {
    if (!/\/v2\/events\/.*\/runs/.test(path)) return undefined
    if (hiddenUntil === Infinity) hiddenUntil = engineClock.now() + 9500
    return engineClock.now() < hiddenUntil && hiddenUntil < Infinity && isMade()
      ? { kind: 'answer', status: 200, body: '{"data":[]}' }
      : undefined
  })
  const isMade = (): boolean => engine.requests.some(({ path }) => path.endsWith('/rerun'))
  expect((await retry()).state).toBe('completed')
  stop()
  expect(effects).toEqual(['one', 'end'])
})
