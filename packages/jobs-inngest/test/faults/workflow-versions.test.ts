import { defineEvents, defineWorkflow, type RunStatus, type Steps, type WorkflowOptions } from '@cgk-platform/jobs-core'
import { beforeEach, describe, expect, test } from 'vitest'

import { openInspection } from '../kit/open-inspection.ts'
import { openJobs, type OpenJobs } from '../kit/open-jobs.ts'

/** The schema of an event that a deploy makes stricter. */
let isStrict = false
beforeEach(() => void (isStrict = false))
const validate = (value: unknown) => (isStrict ? { issues: [{ message: 'too small' }] } : { value })
defineEvents({ 'work.narrowed': { '~standard': { version: 1, vendor: 'test', validate } } })

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
async function begin(code: Code, options: Options = {}, event: 'work.asked' = 'work.asked'): Promise<Deploys> {
  const effects: string[] = []
  const did = (what: string): string => {
    effects.push(what)
    return what
  }
  const stepsOf = (of: Code) => (_event: unknown, step: Steps<'work.asked'>) => of(step, did)
  const define: (...of: Parameters<Deploys['deploy']>) => object = (of, { previous = {}, ...more } = {}) =>
    defineWorkflow({
      ...{ id: event.replace('.', '-'), event, ...more },
      previous: Object.entries(previous).map(([version, old]) => ({ version, steps: stepsOf(old) })),
      steps: stepsOf(of),
      onFailure: () => void did('onFailure'),
    })
  const opened = await openJobs({ jobs: [define(code, options) as never], engine: { retryDelayMs: () => 500 } })
  const { client, until, openApp } = opened
  const { id } = await client.sendJob(event, payload)
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
  await step.run('one', () => did('one'), { compensate: () => did('release one') })
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
    const begun = await beginNap({ version: began })
    const { deploy, parked, run, ended, client, id } = begun
    await deploy(never, { version: now })
    const { error, since, until } = await parked()
    expect(error).toMatchObject({
      name: 'WorkflowChangedError',
      code: 'workflow_changed',
      message: expect.stringMatching(words),
    })
    expect(until.getTime() - since.getTime()).toBe(7 * 86_400_000)
    expect(await run()).toMatchObject({ state: 'running', attempts: 1 })
    const { jobs } = await client.listJobs({ tenantId: 'acme' })
    expect(jobs[0]!.runs[0]).toMatchObject({ parked: { error: { code: 'workflow_changed' } } })
    const details = await openInspection(begun).job(id)
    expect(details!.runs[0]).toMatchObject({ parked: { error: { message: expect.stringMatching(words) as string } } })
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
        did('release')
        if (effects.length < 3) throw new Error('503')
      }
      await step.run('one', () => did('one'), { compensate })
      await step.run('two', () => Promise.reject(new Error('no stock')), { retry: { maxAttempts: 1 } })
    }
    const retry = { maxAttempts: 2, backoff: 'fixed', initialDelay: 60_000 } as const // longer than a deploy takes
    const begun = await begin(code, { version: '1', retry })
    const { effects, deploy, until, ended, parked, pause } = begun
    await until(() => effects.includes('release'))
    await deploy(never, { version: '2', retry })
    await parked()
    await pause(5000)
    await deploy(code, { version: '1', retry })
    expect(await ended()).toEqual(['failed', 'one', 'release', 'release', 'onFailure'])
  })

  test('is looked at although another step of it waits, which does not delay its code then', async () => {
    const code: Code = (step, did) =>
      Promise.race([step.waitForEvent('paid', 'work.counted', { timeout: '30d' }), napping(step, did)])
    const { deploy, ended, parked, effects, until, run } = await begin(code, { version: '1' })
    await until(async () => effects.length > 0 && (await run()).steps!.length > 2)
    await deploy(never, { version: '2' })
    await parked()
    await deploy(code, { version: '1' })
    expect(await ended()).toEqual(['completed', 'one', 'two'])
  })

  test('is compensated by its own code after Inngest failed it', async () => {
    const { deploy, effects, engine, until, client, id, pause } = await beginNap({ version: '1' })
    engine.intercept(
      ({ path }) => (path.includes('fnId=jobs-work-asked&') ? { kind: 'reset', when: 'before' } : undefined),
      'out',
    )
    await client.waitForJob(id)
    await deploy(never, { version: '2' })
    await pause(10_000)
    expect(effects).toEqual(['one'])
    await deploy(napping, { version: '1' })
    await until(() => effects.includes('onFailure'))
    expect(effects).toEqual(['one', 'release one', 'onFailure'])
  })
})

describe('code that changes in a deploy', () => {
  const inOrder =
    (...ids: string[]): Code =>
    async (step, did) => {
      for (const id of ids) await (id === 'nap' ? step.sleep('nap', '5s') : step.run(id, () => did(id)))
    }

  /** Starts a run of these steps that sleeps after the last one. */
  async function beginSteps(code: Code, last: string): Promise<Deploys> {
    const begun = await begin(code)
    const { until, run, effects } = begun
    await until(async () => effects.includes(last) && (await run()).steps!.some(({ id }) => id === 'nap'))
    effects.length = 0
    return begun
  }

  test.each<[change: string, ids: string[], ran: string[]]>([
    ['added where the run has not been', ['one', 'two', 'three', 'nap', 'new'], ['new']],
    ['added in front of the last ended step', ['one', 'two', 'new', 'three', 'nap'], ['new']],
    ['moved', ['three', 'one', 'nap', 'two'], []],
    ['removed, with another one after them', ['three', 'nap', 'new'], ['new']],
  ])('continues with steps that are %s', async (_change, ids, ran) => {
    const { deploy, ended } = await beginSteps(inOrder('one', 'two', 'three', 'nap'), 'three')
    await deploy(inOrder(...ids))
    expect(await ended()).toEqual(['completed', ...ran])
  })

  test.each<[change: string, ids: string[], words: RegExp]>([
    ['a step has a new id', ['one', 'second', 'three', 'four', 'nap'], /new step `second` where 3 steps have ended/],
    ['a new step is in front', ['new', 'one', 'two', 'three', 'four', 'nap'], /new step `new` where 4 steps/],
  ])('waits if steps may run again: %s', async (_change, ids, words) => {
    const { deploy, ended, parked, effects } = await beginSteps(inOrder('one', 'two', 'three', 'four', 'nap'), 'four')
    await deploy(inOrder(...ids))
    expect((await parked()).error.message).toMatch(words)
    expect(effects).toEqual([])
    await deploy(inOrder('one', 'two', 'three', 'four', 'nap'))
    expect(await ended()).toEqual(['completed'])
  })

  test.each<[answer: boolean, place: string, before: string[], after: string[], ran: string[]]>([
    [true, 'has not passed its place', ['one', 'nap'], ['one', 'nap', 'patch', 'two'], ['check', 'two']],
    [false, 'has ended a step after it', ['one', 'two', 'nap'], ['one', 'patch', 'two', 'nap'], []],
    [false, 'has ended a wait after it', ['one', 'nap'], ['one', 'patch', 'nap'], []],
    [true, 'has ended a step that is removed', ['one', 'two', 'nap'], ['two', 'nap', 'patch'], ['check']],
  ])('gets %s from `step.patched` in a run that %s', async (answer, _place, before, after, ran) => {
    const { deploy, ended, run } = await beginSteps(inOrder(...before), before.at(-2)!)
    await deploy(async (step, did) => {
      for (const id of after) {
        if (id !== 'patch') await inOrder(id)(step, did)
        else if (await step.patched('fraud')) await inOrder('check')(step, did)
      }
    })
    expect(await ended()).toEqual(['completed', ...ran])
    const stored = { id: 'fraud', kind: 'patched', state: 'completed', attempts: 0, output: answer }
    expect((await run()).steps).toContainEqual(expect.objectContaining(stored))
  })

  test('keeps the answer of `step.patched` in a retry', async () => {
    let isBroken = true
    const patched: Code = async (step, did) => {
      did(String(await step.patched('fraud')))
      await step.run('two', () => did('two'))
      await step.run('last', () => (isBroken ? Promise.reject(new Error('503')) : did('last')), {
        retry: { maxAttempts: 1 },
      })
    }
    const { ended, client, id, effects, run, until } = await begin(patched)
    expect((await ended()).slice(-1)).toEqual(['onFailure'])
    isBroken = false
    effects.length = 0
    await client.retryJob(id)
    await until(async () => (await run()).state === 'completed')
    expect(new Set(effects)).toEqual(new Set(['true', 'last']))
  })

  test('waits in a retry if a completed step is another kind of step, or the payload is no longer valid', async () => {
    const broken: Code = async (step, did) => {
      await step.run('one', () => did('one'))
      await step.run('last', () => Promise.reject(new Error('503')), { retry: { maxAttempts: 1 } })
    }
    const { ended, client, id, deploy, parked, until, run } = await begin(broken, {}, 'work.narrowed' as never)
    expect(await ended()).toEqual(['failed', 'one', 'onFailure'])
    await deploy((step) => step.sleep('one', '1s'))
    isStrict = true
    await client.retryJob(id)
    expect((await parked()).error.message).toMatch(/payload that is no longer valid/)
    isStrict = false
    await until(async () => /`one` was `step.run` and is now `step.sleep`/.test((await parked()).error.message))
    await deploy(inOrder('one', 'last'))
    await until(async () => (await run()).state === 'completed')
    expect(await ended()).toEqual(['completed', 'one', 'onFailure', 'last'])
  })

  test('waits if the payload is no longer valid', async () => {
    const code = inOrder('one', 'nap', 'two')
    const { until, parked, ended, effects } = await begin(code, {}, 'work.narrowed' as never)
    await until(() => effects.length > 0)
    isStrict = true
    expect((await parked()).error.message).toMatch(/payload that is no longer valid .*too small/s)
    isStrict = false
    expect(await ended()).toEqual(['completed', 'one', 'two'])
  })
})

describe('a request for one step, on a worker without the version', () => {
  const retry = { maxAttempts: 2, backoff: 'fixed', initialDelay: 60_000 } as const // longer than a deploy takes

  /** Starts a run whose step `a` has failed once beside `b`, which has ended. Inngest will ask for `a` alone. */
  async function beginParallel(): Promise<Deploys & { readonly code: Code }> {
    let failures = 0
    const code: Code = (step, did) => {
      const flaky = (): void => {
        did('a')
        if (failures++ === 0) throw new Error('503')
      }
      return Promise.all([step.run('a', flaky), step.run('b', () => did('b'), { compensate: () => did('release b') })])
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

  test('is not made with other code if no step of the run has ended, and leaves each step its attempts', async () => {
    // The first step that continues fails often before the other one looks again.
    const often = { maxAttempts: 5, backoff: (attempt: number) => (attempt === 1 ? 60_000 : 1000) }
    const failures = new Map<string, number>()
    const does = (suffix: string): Code => {
      const flaky = (did: (what: string) => string, key: string): void => {
        did(`${key}${suffix}`)
        const failed = failures.get(key) ?? 0
        failures.set(key, failed + 1)
        if (failed < 4) throw new Error('503')
      }
      return (step, did) => Promise.all(['a', 'b'].map((key) => step.run(key, () => flaky(did, key))))
    }
    const { deploy, effects, parked, ended, until, run, pause } = await begin(does(''), { retry: often })
    await until(async () => ((await run()).steps ?? []).filter(({ state }) => state === 'retrying').length === 2)
    effects.length = 0
    await deploy(does(' of 2'), { version: '2', retry: often })
    expect((await parked()).error.message).toMatch(/began with no version, and the code has version `2`/)
    await pause(20_000)
    await deploy(does(''), { retry: often })
    expect((await ended()).toSorted()).toEqual([...Array(4).fill('a'), ...Array(4).fill('b'), 'completed'])
    const attempts = (await run()).steps!.map((step) => [step.id, step.attempts])
    expect(Object.fromEntries(attempts)).toEqual({ a: 5, b: 5 })
  })

  test('waits if the code does not call the step, and counts no attempt of it', async () => {
    const { code, deploy, ended, parked, run, pause } = await beginParallel()
    await deploy((step, did) => Promise.all([step.run('b', () => did('b')), step.run('new', () => did('new'))]), {
      version: '1',
      retry,
    })
    expect((await parked()).error.message).toMatch(/asks for a step of it that the code does not call/)
    await pause(10_000)
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

test.each<[words: string, began: { since?: string }, now: { since?: string }]>([
  ['without its `since`', { since: 'start' }, {}],
  ['with a `since`', {}, { since: 'start' }],
])('a wait that got its event has it after a deploy of the code %s', async (_words, began, now) => {
  const code =
    (options: { since?: string }): Code =>
    async (step, did) => {
      const counted = await step.waitForEvent('counted', 'work.counted', { timeout: '1h', ...options })
      await step.run('tell', () => did(`counted ${counted?.payload.number}`))
      await step.sleep('nap', '3s')
      await step.run('two', () => did(`still ${counted?.payload.number}`))
    }
  const begun = await begin(code(began))
  const { until, client, effects, deploy, ended, run } = begun
  await until(async () => {
    const { waitsFor } = (await run()).steps?.[0] ?? {}
    return waitsFor !== undefined && (began.since === undefined || 'since' in waitsFor)
  })
  await client.sendJob('work.counted', { tenantId: 'acme', number: 3 })
  await until(() => effects.includes('counted 3'))
  await deploy(code(now))
  expect(await ended()).toEqual(['completed', 'counted 3', 'still 3'])
})
