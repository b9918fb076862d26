import { defineJob, type Definition, defineWorkflow, type JobStatus, type Steps } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { openJobs, type OpenJobs } from '../kit/open-jobs.ts'

interface Racing extends OpenJobs {
  readonly effects: string[]
  perform(): Promise<JobStatus>
}

const child = defineJob({ id: 'child', event: 'work.followed', handler: ({ payload }) => payload.number })

async function openRacing(
  code: (step: Steps<'work.asked'>, did: (what: string) => string) => Promise<unknown>,
  more: readonly Definition[] = [],
): Promise<Racing> {
  const effects: string[] = []
  const did = (what: string): string => {
    effects.push(what)
    return what
  }
  const work = defineWorkflow({ id: 'work', event: 'work.asked', steps: (_event, step) => code(step, did) })
  const opened = await openJobs({ jobs: [work, child, ...more] })
  const perform = async (): Promise<JobStatus> => {
    const { id } = await opened.client.sendJob('work.asked', { tenantId: 'acme', number: 7 })
    return opened.client.waitForJob(id)
  }
  return { ...opened, effects, perform }
}

describe('a race', () => {
  test('ends the run with its winner, although the engine would wait for the loser', async () => {
    const racing = await openRacing((step, did) =>
      Promise.race([
        step.waitForEvent('signal', 'work.counted', { timeout: '30d' }),
        step.run('quick', () => did('quick')),
      ]),
    )
    const { state, runs } = await racing.perform()
    expect([state, runs[0]!.output]).toEqual(['completed', 'quick'])
    expect(runs[0]!.steps!.map(({ id, state: its }) => [id, its])).toEqual([
      ['signal', 'cancelled'],
      ['quick', 'completed'],
    ])
  })

  test('can be followed by steps that are each executed once', async () => {
    const racing = await openRacing(async (step, did) => {
      await Promise.race([step.sleep('limit', '30d'), step.run('quick', () => did('quick'))])
      await step.run('next', () => did('next'))
      await step.sleep('nap', '1s')
      return step.run('last', () => did('last'))
    })
    const { state } = await racing.perform()
    expect([state, racing.effects]).toEqual(['completed', ['quick', 'next', 'last']])
  })
})

test('executes the step after waits that end at once, once, although each end starts a replay', async () => {
  const { perform, effects, pause } = await openRacing(async (step, did) => {
    await Promise.all(['a', 'b', 'c'].map((id) => step.sleep(id, '1s')))
    return step.run('next', () => pause(500).then(() => did('next')))
  })
  await expect(perform()).resolves.toMatchObject({ state: 'completed' })
  expect(effects).toEqual(['next'])
})

describe('a step that runs a job', () => {
  test('without a host fails after a while, with an error that says so', async () => {
    const gone = defineJob({ id: 'gone', event: 'work.counted', handler: () => undefined })
    const { perform } = await openRacing((step) => step.runJob('gone', gone, { number: 1 }))
    const { state, runs } = await perform()
    expect([state, runs[0]!.error?.cause?.code]).toEqual(['failed', 'definition_not_found'])
  })

  test("of another app has its output, although Inngest's event contains that app's name", async () => {
    const other = defineJob({ id: 'other', event: 'work.counted', handler: ({ payload }) => payload.number })
    const racing = await openRacing((step) => step.runJob('other', other, { number: 3 }))
    await racing.openApp({ jobs: [other], appId: 'elsewhere' })
    const { runs } = await racing.perform()
    expect(runs[0]!.output).toBe(3)
  })

  test("is awaited while the status cannot be read, until Inngest's event arrives", async () => {
    const slow = defineJob({
      id: 'slow',
      event: 'work.counted',
      handler: () => racing.pause(45_000).then(() => 'slow'),
    })
    const racing: Racing = await openRacing((step, did) => step.runJob('slow', slow, { number: 3 }).then(did), [slow])
    const { engine, engineClock, effects, client, until } = racing
    const begun = engineClock.now()
    const isAway = (): boolean => engineClock.now() - begun > 20_000 && effects.length === 0
    let refused = 0
    engine.intercept(({ path }) => {
      if (!isAway() || !path.includes('/events/')) return undefined
      refused++
      return { kind: 'answer', status: 503 }
    })
    const { id } = await client.sendJob('work.asked', { tenantId: 'acme', number: 7 })
    await until(() => effects.length > 0)
    expect(effects).toEqual(['slow'])
    expect(refused).toBeGreaterThan(0)
    await expect(client.waitForJob(id)).resolves.toMatchObject({ state: 'completed' })
  })

  test("reads an output over the step limit with a check, as from Inngest's event", async () => {
    const big = defineJob({ id: 'big', event: 'work.counted', handler: () => 'x'.repeat(200_000) })
    const racing = await openRacing(async (step) => (await step.runJob('big', big, { number: 3 })).length)
    await racing.openApp({ jobs: [big], appId: 'elsewhere' })
    await expect(racing.perform()).resolves.toMatchObject({ runs: [{ output: 200_000 }] })
  })
})

test('reads a trace for jobs of workflows only', async () => {
  const { client, engine, perform } = await openRacing((step, did) => step.run('one', () => did('one')))
  const traces = (): number => engine.requests.filter(({ path }) => path.includes('/trace')).length
  const { id } = await client.sendJob('work.followed', { tenantId: 'acme', number: 1 })
  await client.waitForJob(id)
  expect(traces()).toBe(0)
  await perform()
  expect(traces()).toBeGreaterThan(0)
})
