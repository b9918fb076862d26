import { defineWorkflow, type RunStatus, type Steps, type WorkflowOptions } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { openJobs, type OpenJobs } from '../kit/open-jobs.ts'

const payload = { tenantId: 'acme', number: 7 }

type Code = (step: Steps<'work.asked'>, did: (what: string) => string) => Promise<unknown>
type Options = Partial<Omit<WorkflowOptions<'work.asked', unknown>, 'id' | 'event' | 'steps' | 'previous'>>

interface Deploys extends OpenJobs {
  readonly effects: string[]
  /** The id of the job whose run the deploys change. */
  readonly id: string
  /** Closes the app and opens one with other code. */
  deploy(code: Code, options?: Options & { readonly previous?: Readonly<Record<string, Code>> }): Promise<void>
  run(): Promise<RunStatus>
  /** Waits until the run waits for other code, and returns why. */
  parked(): Promise<NonNullable<RunStatus['parked']>>
  /** Waits until the run has ended, and returns its state and effects. */
  ended(): Promise<[string, ...string[]]>
}

/** Starts a run of this code. */
async function begin(code: Code, options: Options = {}): Promise<Deploys> {
  const effects: string[] = []
  const did = (what: string): string => {
    effects.push(what)
    return what
  }
  const stepsOf = (of: Code) => (_event: unknown, step: Steps<'work.asked'>) => of(step, did)
  const define: (...of: Parameters<Deploys['deploy']>) => object = (of, { previous = {}, ...more } = {}) =>
    defineWorkflow({
      ...{ id: 'work', event: 'work.asked', ...more },
      previous: Object.entries(previous).map(([version, old]) => ({ version, steps: stepsOf(old) })),
      steps: stepsOf(of),
      onFailure: () => void did('onFailure'),
    })
  const opened = await openJobs({ jobs: [define(code, options) as never], engine: { retryDelayMs: () => 500 } })
  const { client, until, openApp } = opened
  const { id } = await client.sendJob('work.asked', payload)
  const run = async (): Promise<RunStatus> => (await client.getJobStatus(id)).runs.at(-1)!
  let { app } = opened
  return {
    ...opened,
    ...{ effects, id, run },
    async deploy(...of) {
      await app.close()
      app = (await openApp({ jobs: [define(...of) as never], port: app.port })).app
    },
    async parked() {
      let found: RunStatus['parked']
      await until(async () => (found = (await run()).parked) !== undefined)
      return found!
    },
    async ended() {
      const { state } = await client.waitForJob(id)
      return [state, ...effects]
    },
  }
}

const napping: Code = async (step, did) => {
  await step.run('one', () => did('one'), { compensate: () => did('undo one') })
  await step.sleep('nap', '3s')
  await step.run('two', () => did('two'))
}
const never: Code = async (_step, did) => did('never')

/** Starts a run of a version that sleeps, and closes its app. */
async function beginNap(options: Options): Promise<Deploys> {
  const begun = await begin(napping, options)
  await begun.until(async () => ((await begun.run()).steps ?? []).length > 1)
  return begun
}

describe('a run that began with another version', () => {
  test.each<[began: string | undefined, now: string | undefined, words: RegExp]>([
    ['1', '2', /began with version `1`, and the code has version `2`/],
    ['1', undefined, /began with version `1`, and the code has no version/],
    [undefined, '2', /began with no version, and the code has version `2`/],
  ])('waits visibly, and continues with its own: %s and %s', async (began, now, words) => {
    const { deploy, parked, run, ended } = await beginNap({ version: began })
    await deploy(never, { version: now })
    const { error, since, until } = await parked()
    expect(error).toMatchObject({
      name: 'WorkflowChangedError',
      code: 'workflow_changed',
      message: expect.stringMatching(words),
    })
    expect(until.getTime() - since.getTime()).toBe(7 * 86_400_000)
    expect(await run()).toMatchObject({ state: 'running', attempts: 1 })
    await deploy(napping, { version: began })
    expect(await ended()).toEqual(['completed', 'one', 'two'])
    const { steps, parked: after, attempts } = await run()
    expect([steps!.map((step) => step.id), after, attempts]).toEqual([['one', 'nap', 'two'], undefined, 1])
  })

  test('ends with the code of its version, also beside newer code', async () => {
    const { deploy, ended } = await beginNap({ version: '1' })
    await deploy(never, { version: '3', previous: { 1: napping, 2: never } })
    expect(await ended()).toEqual(['completed', 'one', 'two'])
  })

  test('fails after `parkTimeout` without a compensation, and continues in a retry with its own code', async () => {
    const { deploy, run, ended, client, id, parked } = await beginNap({ version: '1' })
    await deploy(never, { version: '2', parkTimeout: '3s' })
    expect(await ended()).toEqual(['failed', 'one', 'onFailure'])
    expect(await run()).toMatchObject({
      error: {
        code: 'workflow_changed',
        message: expect.stringMatching(/version `1`.* has waited .* not compensated/),
      },
    })
    await client.retryJob(id)
    await parked()
    await deploy(never, { version: '2', previous: { 1: napping } })
    expect(await ended()).toEqual(['completed', 'one', 'onFailure', 'two'])
  })

  test('can be cancelled while it waits', async () => {
    const { deploy, run, ended, client, id, parked, pause, effects } = await beginNap({ version: '1' })
    await deploy(never, { version: '2' })
    await parked()
    await client.cancelJob(id)
    expect(await ended()).toEqual(['cancelled', 'one'])
    await deploy(napping, { version: '1' })
    await pause(5000)
    expect([effects, (await run()).parked]).toEqual([['one'], undefined])
  })

  test('waits with its compensation, which no attempt of another version uses up', async () => {
    const code: Code = async (step, did) => {
      const compensate = () => {
        did('undo')
        if (effects.length < 3) throw new Error('503')
      }
      await step.run('one', () => did('one'), { compensate })
      await step.run('two', () => Promise.reject(new Error('no stock')), { retry: { maxAttempts: 1 } })
    }
    const retry = { maxAttempts: 2, backoff: 'fixed', initialDelay: 3000 } as const
    const begun = await begin(code, { version: '1', retry })
    const { effects, deploy, until, ended, parked, pause } = begun
    await until(() => effects.includes('undo'))
    await deploy(never, { version: '2', retry })
    await parked()
    await pause(5000)
    await deploy(code, { version: '1', retry })
    expect(await ended()).toEqual(['failed', 'one', 'undo', 'undo', 'onFailure'])
  })
})

describe('a request for one step, on a worker without the version', () => {
  const retry = { maxAttempts: 2, backoff: 'fixed', initialDelay: 3000 } as const

  /** Starts a run whose step `a` has failed once beside `b`, which has ended. Inngest will ask for `a` alone. */
  async function beginParallel(): Promise<Deploys & { readonly code: Code }> {
    let failures = 0
    const code: Code = (step, did) => {
      const flaky = (): void => {
        did('a')
        if (failures++ === 0) throw new Error('503')
      }
      return Promise.all([step.run('a', flaky), step.run('b', () => did('b'), { compensate: () => did('undo b') })])
    }
    const begun = await begin(code, { version: '1', retry })
    const stateOf = (steps: RunStatus['steps'], key: string) => steps?.find(({ id }) => id === key)?.state
    await begun.until(async () => {
      const { steps } = await begun.run()
      return stateOf(steps, 'a') === 'retrying' && stateOf(steps, 'b') === 'completed'
    })
    begun.effects.length = 0
    return { ...begun, code }
  }

  test('is retried by Inngest, and counts no attempt of the step', async () => {
    const { code, deploy, ended, parked, run, pause } = await beginParallel()
    await deploy(never, { version: '2', retry })
    const { error, since, until: end } = await parked()
    expect(error.message).toMatch(/began with version `1`, and the code has version `2`/)
    expect(end.getTime() - since.getTime()).toBe(7 * 86_400_000)
    await pause(20_000)
    const { state, attempts, steps, parked: still } = await run()
    expect([state, attempts, still?.since]).toEqual(['running', 1, since])
    expect(steps!.find(({ id }) => id === 'a')).toMatchObject({ state: 'retrying', attempts: 1 })
    await deploy(code, { version: '1', retry })
    expect(await ended()).toEqual(['completed', 'a'])
    expect((await run()).steps!.find(({ id }) => id === 'a')).toMatchObject({ state: 'completed', attempts: 2 })
  })

  test('fails the run after `parkTimeout`, without a compensation', async () => {
    const { deploy, ended, run } = await beginParallel()
    await deploy(never, { version: '2', retry, parkTimeout: '20s' })
    expect(await ended()).toEqual(['failed', 'onFailure'])
    expect(await run()).toMatchObject({ error: { code: 'workflow_changed' } })
  })
})
