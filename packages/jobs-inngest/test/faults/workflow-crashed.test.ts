import { defineWorkflow, type JobStatus, type Steps, type WorkflowOptions } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { type OpenApp, openJobs, type OpenJobs } from '../kit/open-jobs.ts'

const payload = { tenantId: 'acme', number: 7 }

interface Dying extends OpenJobs {
  /** Effects of the steps, in order. */
  readonly effects: string[]
  /** Ends the process that runs the workflow. Its further actions have no effect. */
  die(): Promise<void>
  /** Starts another process. */
  restart(): Promise<OpenApp>
  /** Sends the event and returns how the job ended. */
  perform(): Promise<JobStatus>
}

type Work = Steps<'work.asked'>
type Code = (step: Work, life: Life) => Promise<unknown>

/** The operations of a workflow's code in these tests. */
interface Life {
  /** Records an effect. */
  did(what: string): string
  /** Ends the process, the first time with this word, and never settles in it. */
  dieOnce(where: string): Promise<void>
}

/** Opens an app with a workflow whose process can be ended while a run is running. */
async function openDying(code: Code, more: Partial<WorkflowOptions<'work.asked', unknown>> = {}): Promise<Dying> {
  const effects: string[] = []
  const died = new Set<string>()
  let isDead = false
  let restarting: Promise<unknown> | undefined
  const life: Life = {
    did(what) {
      effects.push(what)
      return what
    },
    async dieOnce(where) {
      if (died.has(where)) return
      died.add(where)
      await opened.pause(500) // a process that crashes at once looks to the engine like a missing one
      restarting = die().then(restart)
      await new Promise(() => undefined)
    },
  }
  const define = () =>
    defineWorkflow({
      id: 'work',
      event: 'work.asked',
      retry: { maxAttempts: 3, backoff: 'fixed', initialDelay: 1500 },
      steps: (_event, step) => code(step, life),
      ...more,
    })
  const opened = await openJobs({ jobs: [define()], engine: { retryDelayMs: () => 1500 }, factor: 10 })
  let app = opened.app
  opened.engine.intercept(({ path }) =>
    isDead && path.startsWith('/v1/checkpoint/') ? { kind: 'reset', when: 'before' } : undefined,
  )
  const die = async (): Promise<void> => {
    isDead = true
    await app.close()
  }
  const restart = async (): Promise<OpenApp> => {
    isDead = false
    const next = await opened.openApp({ jobs: [define()], port: app.port })
    app = next.app
    return next
  }
  const perform = async (): Promise<JobStatus> => {
    const { id } = await opened.client.sendJob('work.asked', payload)
    const status = await opened.client.waitForJob(id)
    await restarting // the run can end before the engine knows of the new process
    return status
  }
  return { ...opened, effects, die, restart, perform }
}

describe('a process that crashes', () => {
  test('before a step gets it executed by the next process, without repeating completed steps', async () => {
    const { perform, effects } = await openDying(async (step, { did, dieOnce }) => {
      await step.run('one', () => did('one'))
      await dieOnce('between')
      return step.run('two', () => did('two'))
    })
    await expect(perform()).resolves.toMatchObject({ state: 'completed', runs: [{ output: 'two' }] })
    expect(effects).toEqual(['one', 'two'])
  })

  test('in a step gets it repeated once, as its second attempt, with the same key', async () => {
    const keys: string[] = []
    const { perform, effects } = await openDying(async (step, { did, dieOnce }) => {
      await step.run('one', () => did('one'))
      await step.run('two', async ({ attempt, idempotencyKey }) => {
        did(`two, attempt ${attempt}`)
        keys.push(idempotencyKey)
        await dieOnce('in two')
      })
      return step.run('three', ({ attempt }) => did(`three, attempt ${attempt}`))
    })
    const { state, runs } = await perform()
    expect(state).toBe('completed')
    expect(effects).toEqual(['one', 'two, attempt 1', 'two, attempt 2', 'three, attempt 1'])
    expect(new Set(keys).size).toBe(1)
    expect(runs[0]!.steps!.map(({ id, attempts }) => [id, attempts])).toEqual([
      ['one', 1],
      ['two', 2],
      ['three', 1],
    ])
  })

  test('in every attempt of a step fails the step without another call of its work, and the run is compensated', async () => {
    const { perform, effects } = await openDying(async (step, { did, dieOnce }) => {
      await step.run('one', () => did('one'), { compensate: () => did('compensation one') })
      await step.run(
        'two',
        async ({ attempt }) => {
          did(`two, attempt ${attempt}`)
          await dieOnce(`attempt ${attempt}`)
        },
        { retry: { maxAttempts: 2 } },
      )
    })
    const { state, runs } = await perform()
    expect([state, runs[0]!.error?.code, runs[0]!.error?.cause?.code]).toEqual([
      'failed',
      'step_failed',
      'attempts_exhausted',
    ])
    expect(effects).toEqual(['one', 'two, attempt 1', 'two, attempt 2', 'compensation one'])
  })

  test('between the end of a step and its record gets that step repeated once, and no other', async () => {
    const { perform, effects, engine } = await openDying(async (step, { did }) => {
      await Promise.all([step.run('one', () => did('one')), step.run('two', () => did('two'))])
      return step.run('three', () => did('three'))
    })
    let isFirst = true
    engine.intercept(({ path }) => {
      if (!/stepId=[0-9a-f]{40}/.test(path) || !isFirst) return undefined
      isFirst = false
      return { kind: 'reset', when: 'after' }
    }, 'out')
    await expect(perform()).resolves.toMatchObject({ state: 'completed' })
    expect(effects.toSorted()).toEqual(['one', 'one', 'three', 'two'])
  })

  test('and returns only after Inngest has retried for long has made no attempt of a step', async () => {
    const attempts: number[] = []
    const { perform, die, restart, until, engine } = await openDying(async (step, { did }) => {
      await step.run('one', () => did('one'))
      await step.sleep('nap', '2s')
      await step.run('two', ({ attempt }) => void attempts.push(attempt), { retry: { maxAttempts: 1 } })
    })
    const tried = (): number =>
      engine.requests.filter(({ status, direction }) => direction === 'out' && status === 0).length
    const ended = perform()
    await until(() => engine.requests.some(({ path }) => path.startsWith('/v1/checkpoint/')))
    await die()
    await until(() => tried() >= 5)
    await restart()
    await expect(ended).resolves.toMatchObject({ state: 'completed' })
    expect(attempts).toEqual([1])
  })

  test('in a wait still receives an event that arrives in the meantime', async () => {
    const { perform, effects, client, die, restart, until, pause } = await openDying(async (step, { did }) => {
      await step.run('one', () => did('one'))
      const came = await step.waitForEvent('signal', 'work.counted', { match: 'number', timeout: '60s' })
      did(`came: ${came?.payload.number}`)
      return step.run('two', () => did('two'))
    })
    const ended = perform()
    await until(() => effects.length > 0)
    await pause(1000)
    await die()
    await client.sendJob('work.counted', { tenantId: 'acme', number: 7 })
    await pause(500)
    await restart()
    await expect(ended).resolves.toMatchObject({ state: 'completed' })
    expect(effects.filter((what) => !what.startsWith('came'))).toEqual(['one', 'two'])
    expect(effects).toContain('came: 7')
  })

  test('during a compensation repeats no step, and no compensation except the running one', async () => {
    const { perform, effects } = await openDying(async (step, { did, dieOnce }) => {
      for (const id of ['one', 'two', 'three']) {
        const compensate = async (output: string): Promise<void> => {
          did(`compensation ${output}`)
          if (id === 'two') await dieOnce('in a compensation')
        }
        await step.run(id, () => did(id), { compensate })
      }
      await step.run('broken', () => Promise.reject(new Error('no')), { retry: { maxAttempts: 1 } })
    })
    const { state, runs } = await perform()
    expect([state, runs[0]!.error?.cause?.message]).toEqual(['failed', 'no'])
    expect(effects).toEqual([
      'one',
      'two',
      'three',
      'compensation three',
      'compensation two',
      'compensation two',
      'compensation one',
    ])
    expect(runs[0]!.steps!.map(({ compensation }) => compensation?.attempts)).toEqual([1, 2, 1, undefined])
  })

  test('permanently has its run compensated and onFailure called after Inngest has failed the run', async () => {
    const failures: Error[] = []
    const dying = await openDying(
      async (step, { did }) => {
        await step.run('one', () => did('one'), { compensate: (output) => did(`compensation ${output}`) })
        await step.sleep('nap', '1s')
        await step.run('two', () => did('two'))
      },
      { onFailure: (error) => void failures.push(error) },
    )
    const { perform, effects, engine, until } = dying
    engine.intercept(({ path }) => {
      const isOfRun = path.includes('fnId=jobs-work&') && effects.length > 0
      return isOfRun && engine.requests.some((each) => each.path.includes('fnId=jobs-work&'))
        ? { kind: 'reset', when: 'before' }
        : undefined
    }, 'out')
    const { state } = await perform()
    expect(state).toBe('failed')
    await until(() => failures.length > 0)
    expect(effects).toEqual(['one', 'compensation one'])
    expect(failures[0]).toMatchObject({ code: 'attempts_exhausted' })
  })
})
