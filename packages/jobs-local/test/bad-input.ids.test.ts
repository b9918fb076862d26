import {
  defineJob,
  InvalidOptionError,
  type JobClient,
  JobNotFoundError,
  JobNotRetryableError,
} from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { createTestEngine } from '../src/testing/index.ts'
import { createDeferred } from './kit/deferred.ts'
import { expectRefused } from './kit/expect-refused.ts'
import { failUntil } from './kit/fail-until.ts'
import './kit/work.ts'

const operations = ['getJobStatus', 'cancelJob', 'retryJob', 'waitForJob'] as const

describe.each(operations)('%s', (operation) => {
  test.each(['01ARZ3NDEKTSV4RRFFQ69G5FAV', 'no-such-job', '../../etc/passwd', '__proto__', ' ', 'x'.repeat(10_000)])(
    'of an id that is unknown is refused (%#)',
    async (id) => {
      const error = await expectRefused((client) => client[operation](id), {
        error: JobNotFoundError,
        code: 'job_not_found',
        says: [`No job \`${id}\` is known to \`local\`.`, 'Check that the id comes from `handle.id`'],
      })
      expect((error as JobNotFoundError).jobId).toBe(id)
    },
  )

  test.each([
    ['', 'is empty'],
    [undefined, 'not a string'],
    [null, 'not a string'],
    [42, 'is a number, not a string'],
    [{ id: 'job' }, 'not a string'],
    [['job'], 'not a string'],
  ])('of an id that is none (%j) is refused', async (id, problem) => {
    await expectRefused((client) => client[operation](id as string), {
      error: InvalidOptionError,
      code: 'invalid_option',
      says: ['`id` is ', problem, 'Give the `id` of a job handle.'],
    })
  })

  test('of another tenant’s job is refused as if there were none, and does nothing to it', async () => {
    const deferred = createDeferred()
    const running = defineJob({ id: 'running', event: 'work.asked', handler: () => deferred.promise })
    const failing = defineJob({
      id: 'failing',
      event: 'work.followed',
      retry: { maxAttempts: 1 },
      handler: failUntil(99),
    })
    const engine = createTestEngine({ jobs: [running, failing], patienceMs: 5 })
    const [acme, globex] = [engine.client.forTenant('acme'), engine.client.forTenant('globex')]
    const ids = [
      (await acme.sendJob('work.asked', {})).id,
      (await acme.sendJob('work.followed', {})).id,
      (await acme.scheduleJob('work.ignored', {}, { delay: '1h' })).id,
    ]
    await engine.settle()
    const before = await Promise.all(ids.map((id) => acme.getJobStatus(id)))
    expect(before.map(({ state }) => state)).toEqual(['running', 'failed', 'scheduled'])
    for (const id of ids) {
      const unknown = await globex[operation]('unknown').catch((error: Error) => error.message)
      const foreign = await globex[operation](id).catch((error: Error) => error.message)
      expect(foreign).toBe((unknown as string).replace('`unknown`', `\`${id}\``))
    }
    await engine.settle()
    expect(await Promise.all(ids.map((id) => acme.getJobStatus(id)))).toEqual(before)
    deferred.resolve()
  })
})

describe('retrying a job that has not failed', () => {
  const afterwards = 'Send the event again to have it done once more.'
  const meanwhile = 'Wait until it has ended (`waitForJob`).'
  const makers: [state: string, make: (client: JobClient) => Promise<string>, advice: string][] = [
    [
      'completed',
      async (client) => (await client.sendJob('work.asked', { tenantId: 'acme', number: 1 })).id,
      afterwards,
    ],
    ['running', async (client) => (await client.sendJob('work.asked', { tenantId: 'acme', number: 2 })).id, meanwhile],
    ['retrying', async (client) => (await client.sendJob('work.asked', { tenantId: 'acme', number: 3 })).id, meanwhile],
    [
      'scheduled',
      async (client) => (await client.scheduleJob('work.asked', { tenantId: 'acme' }, { delay: '1h' })).id,
      meanwhile,
    ],
    [
      'cancelled',
      async (client) => {
        const { id } = await client.scheduleJob('work.asked', { tenantId: 'acme' }, { delay: '1h' })
        await client.cancelJob(id)
        return id
      },
      afterwards,
    ],
  ]

  test.each(makers)('%s is refused, and changes nothing', async (state, make, advice) => {
    const deferred = createDeferred()
    const job = defineJob({
      id: 'work',
      event: 'work.asked',
      handler: ({ payload: { number } }) => {
        if (number === 3) throw new Error('once more')
        return number === 2 ? deferred.promise : undefined
      },
    })
    const engine = createTestEngine({ jobs: [job], patienceMs: 5 })
    const id = await make(engine.client)
    await engine.settle()
    const before = await engine.client.getJobStatus(id)
    expect(before.state).toBe(state)
    const error = await engine.client.retryJob(id).catch((thrown: unknown) => thrown)
    expect(JobNotRetryableError.isInstance(error)).toBe(true)
    expect(error).toMatchObject({
      name: 'JobNotRetryableError',
      code: 'job_not_retryable',
      jobId: id,
      state,
      message: `The job \`${id}\` is \`${state}\`, and only a failed job can be retried. ${advice}`,
    })
    await engine.settle()
    expect(await engine.client.getJobStatus(id)).toEqual(before)
    deferred.resolve()
  })
})

describe('listing with rubbish', () => {
  test.each([
    [{ limit: 0 }, 'limit'],
    [{ limit: 1001 }, 'limit'],
    [{ limit: 1.5 }, 'limit'],
    [{ limit: '5' }, 'limit'],
    [{ state: 'done' }, 'state'],
    [{ cursor: 'next' }, 'cursor'],
    [{ cursor: '' }, 'cursor'],
    [{ cursor: '-1' }, 'cursor'],
  ])('%j is refused', async (options, option) => {
    const error = await expectRefused((client) => client.listJobs(options as never), {
      error: InvalidOptionError,
      code: 'invalid_option',
      says: [`\`${option}\` is`],
    })
    expect((error as InvalidOptionError).option).toBe(option)
  })

  test('pages go through all jobs once, newest first, while others are sent', async () => {
    const engine = createTestEngine({ jobs: [] })
    const ids: string[] = []
    for (let number = 0; number < 25; number++)
      ids.push((await engine.client.sendJob('work.ignored', { tenantId: 'acme', number })).id)
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await engine.client.listJobs({ limit: 10, ...(cursor !== undefined && { cursor }) })
      seen.push(...page.jobs.map(({ id }) => id))
      cursor = page.cursor
      await engine.client.sendJob('work.ignored', { tenantId: 'acme' })
    } while (cursor !== undefined)
    expect(seen).toEqual(ids.toReversed())
  })
})

describe('waiting with rubbish', () => {
  test.each([{ timeout: -1 }, { timeout: 'soon' }, { timeout: Number.NaN }])('%j is refused', async (options) => {
    const engine = createTestEngine({ jobs: [] })
    const { id } = await engine.client.scheduleJob('work.ignored', { tenantId: 'acme' }, { delay: '1h' })
    await expect(engine.client.waitForJob(id, options as never)).rejects.toMatchObject({
      code: 'invalid_option',
      option: 'timeout',
    })
    await engine.runUntilIdle()
    expect((await engine.client.waitForJob(id)).state).toBe('completed')
  })

  test.each([
    [{ timout: '5s' }, 'timout'],
    ['5s', 'options'],
    [5000, 'options'],
    [null, 'options'],
  ])('%j for its options is refused', async (options, option) => {
    const engine = createTestEngine({ jobs: [] })
    const { id } = await engine.client.sendJob('work.ignored', { tenantId: 'acme' })
    await expect(engine.client.waitForJob(id, options as never)).rejects.toMatchObject({
      code: 'invalid_option',
      option,
      message: expect.stringContaining('The options are `timeout`, `signal`.'),
    })
  })

  test('a wait that is too short ends, and the job goes on', async () => {
    const engine = createTestEngine({ jobs: [] })
    const { id } = await engine.client.scheduleJob('work.ignored', { tenantId: 'acme' }, { delay: '1h' })
    const waiting = engine.client.waitForJob(id, { timeout: '1m' }).catch((error: unknown) => error)
    await engine.advance('1m')
    expect(await waiting).toMatchObject({
      name: 'WaitTimeoutError',
      code: 'wait_timeout',
      message: expect.stringContaining('It goes on'),
    })
    expect((await engine.client.getJobStatus(id)).state).toBe('scheduled')
  })

  test('a wait that is aborted ends with the signal’s reason, and the job goes on', async () => {
    const engine = createTestEngine({ jobs: [] })
    const { id } = await engine.client.scheduleJob('work.ignored', { tenantId: 'acme' }, { delay: '1h' })
    const controller = new AbortController()
    const waiting = engine.client.waitForJob(id, { signal: controller.signal })
    controller.abort(new Error('had enough'))
    await expect(waiting).rejects.toThrow('had enough')
    await expect(engine.client.waitForJob(id, { signal: AbortSignal.abort(new Error('at once')) })).rejects.toThrow(
      'at once',
    )
    await engine.runUntilIdle()
    expect((await engine.client.getJobStatus(id)).state).toBe('completed')
  })
})
