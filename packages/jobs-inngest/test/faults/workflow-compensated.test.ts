import { defineWorkflow, type Steps, type WorkflowOptions } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { openJobs, type OpenJobs } from '../kit/open-jobs.ts'

const payload = { tenantId: 'acme', number: 7 }
const nap = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const once = { retry: { maxAttempts: 1 } }

type Context = Parameters<WorkflowOptions<'work.asked', unknown>['steps']>[2]

interface Compensated extends OpenJobs {
  readonly effects: string[]
  /** After the first effect, or after this number of effects, the app does not respond to the workflow's requests. */
  goAway(after?: number): void
  comeBack(): void
  /** Runs the workflow until it has ended. */
  perform(): Promise<string>
  /** Returns the states of the steps' compensations. */
  compensations(id: string): Promise<unknown[]>
}

async function open(
  code: (step: Steps<'work.asked'>, did: (what: string) => string, context: Context) => Promise<unknown>,
  maxAttempts = 3,
): Promise<Compensated> {
  const effects: string[] = []
  const did = (what: string): string => {
    effects.push(what)
    return what
  }
  const work = defineWorkflow({
    id: 'work',
    event: 'work.asked',
    retry: { maxAttempts, backoff: 'fixed', initialDelay: 1500 },
    steps: (_event, step, context) => code(step, did, context),
  })
  const opened = await openJobs({ jobs: [work], engine: { retryDelayMs: () => 200 }, factor: 20 })
  let awayAfter = Infinity
  opened.engine.intercept(
    ({ path }) =>
      path.includes('fnId=jobs-work&') && effects.length >= awayAfter ? { kind: 'reset', when: 'before' } : undefined,
    'out',
  )
  return {
    ...opened,
    effects,
    goAway: (after = 1) => void (awayAfter = after),
    comeBack: () => void (awayAfter = Infinity),
    async perform() {
      const { id } = await opened.client.sendJob('work.asked', payload)
      await opened.client.waitForJob(id)
      return id
    },
    async compensations(id) {
      const { runs } = await opened.client.getJobStatus(id)
      return runs[0]!.steps!.flatMap(({ id: step, compensation }) =>
        compensation ? [[step, compensation.state, compensation.attempts]] : [],
      )
    },
  }
}

describe('a failed run is compensated', () => {
  test('if the code awaits other things before each step, and a compensation is retried', async () => {
    let refunds = 0
    const { perform, effects, compensations } = await open(async (step, did) => {
      await nap(30)
      const compensate = (): void => {
        did('refund')
        if (++refunds === 1) throw new Error('gateway 503')
      }
      await step.run('charge', () => did('charge'), { compensate })
      await nap(30)
      await step.run('ship', () => Promise.reject(new Error('no stock')), once)
    })
    const id = await perform()
    expect(effects).toEqual(['charge', 'refund', 'refund'])
    await expect(compensations(id)).resolves.toEqual([['charge', 'completed', 2]])
  })

  test('if its last attempt threw before it reached a step', async () => {
    let thrown = 0
    const { perform, effects, compensations } = await open(async (step, did, { attempt }) => {
      if (attempt === 2 && thrown++ < 2) throw new Error('the config service is down')
      await step.run('charge', () => did('charge'), { compensate: () => did('refund') })
      throw new Error('something else')
    }, 2)
    const id = await perform()
    expect(effects).toEqual(['charge', 'refund'])
    await expect(compensations(id)).resolves.toEqual([['charge', 'completed', 2]])
  })

  test('as far as the code reaches its steps, and reports the rest', async () => {
    const { perform, effects, compensations } = await open(async (step, did, { attempt }) => {
      if (attempt > 1) throw new Error('the config service is down')
      await step.run('charge', () => did('charge'), { compensate: () => did('refund') })
      throw new Error('something else')
    }, 2)
    const id = await perform()
    expect(effects).toEqual(['charge'])
    await expect(compensations(id)).resolves.toEqual([['charge', 'failed', 2]])
  })

  test('with the last step first, whatever the code calls in this replay', async () => {
    const { perform, effects } = await open(async (step, did, { attempt }) => {
      const does = (id: string) => step.run(id, () => did(id), { compensate: () => did(`compensation ${id}`) })
      await does('one')
      if (attempt === 1) await does('two')
      if (attempt === 1) throw new Error('at first')
      await does('three')
      throw new Error('at last')
    }, 2)
    await perform()
    expect(effects).toEqual(['one', 'two', 'three', 'compensation three', 'compensation one'])
  })
})

describe('a run that Inngest failed', () => {
  const charging = (compensate: (did: (what: string) => string, attempt: number) => void, maxAttempts = 3) =>
    open(async (step, did) => {
      await nap(30)
      await step.run('one', () => did('one'), { compensate: () => did('compensation one') })
      await step.run('charge', () => did('charge'), { compensate: (_output, { attempt }) => compensate(did, attempt) })
      await step.sleep('nap', '1s')
      await step.run('ship', () => did('ship'))
    }, maxAttempts)

  test('is compensated with the retries of its compensations, even if the code awaits other things', async () => {
    const { perform, effects, compensations, goAway, until } = await charging((did, attempt) => {
      did(`refund ${attempt}`)
      if (attempt < 4) throw new Error('503')
    }, 5)
    goAway(2)
    const id = await perform()
    await until(() => effects.includes('compensation one'))
    expect(effects).toEqual(['one', 'charge', 'refund 1', 'refund 2', 'refund 3', 'refund 4', 'compensation one'])
    await expect(compensations(id)).resolves.toEqual([
      ['one', 'completed', 1],
      ['charge', 'completed', 4],
    ])
  })

  test('starts over in a retry, also in one requested during its compensation', async () => {
    const { perform, effects, goAway, comeBack, until, client } = await charging((did) => did('refund'))
    goAway(2)
    const id = await perform()
    await until(() => effects.includes('refund'))
    comeBack()
    await client.retryJob(id)
    await until(async () => (await client.getJobStatus(id)).state === 'completed')
    expect(effects).toEqual(['one', 'charge', 'refund', 'compensation one', 'one', 'charge', 'ship'])
  })

  test('is continued by a retry before its compensation, and then not compensated', async () => {
    const { perform, effects, goAway, comeBack, until, client, pause } = await charging((did) => did('refund'))
    goAway(2)
    const id = await perform()
    comeBack()
    await client.retryJob(id)
    await until(async () => (await client.getJobStatus(id)).state === 'completed')
    await pause(5000)
    expect(effects).toEqual(['one', 'charge', 'ship'])
  })
})
