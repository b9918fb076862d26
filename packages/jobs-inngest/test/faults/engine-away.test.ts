import { defineCronJob, defineJob, type JobContext } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import type { Fault } from '../loopback/index.ts'
import { createDeferred } from '../kit/deferred.ts'
import { hurryTimeouts, page, refusal } from '../kit/faults.ts'
import { openJobs } from '../kit/open-jobs.ts'
import { letFail, requestsOf } from '../kit/requests.ts'
import { expectNoSecrets, secretWord } from '../kit/secrets.ts'

const payload = { tenantId: 'acme', data: secretWord }
const warning = 'Whether running jobs were cancelled cannot be read.'

/** An app with a handler that runs until the test lets it end, or its signal aborts. */
async function openRunning() {
  const deferred = createDeferred<string>()
  const contexts: JobContext[] = []
  const handler = (_event: unknown, context: JobContext): Promise<string> => {
    contexts.push(context)
    context.signal.addEventListener('abort', () => deferred.resolve('aborted'))
    return deferred.promise
  }
  const opened = await openJobs({ jobs: [defineJob({ id: 'work', event: 'work.asked', handler })] })
  const { id } = await opened.client.sendJob('work.asked', payload)
  await opened.until(() => contexts.length > 0)
  return { ...opened, id, contexts, finish: () => deferred.resolve('done') }
}

describe('an engine that cannot be asked while a job runs', () => {
  test.each<{ name: string; fault: Fault }>([
    { name: 'its connection breaks', fault: { kind: 'reset', when: 'before' } },
    { name: 'it answers 401', fault: refusal(401) },
    { name: 'it answers 429', fault: refusal(429) },
    { name: 'it answers 502', fault: page(502) },
    { name: 'it does not answer', fault: { kind: 'hang' } },
  ])('$name: the run goes on and completes, and one line tells of it', async ({ fault }) => {
    hurryTimeouts(fault)
    const { client, engine, logger, id, contexts, finish, until, pause } = await openRunning()
    const stop = letFail(engine, 'cancelPoll', fault)
    await until(() => logger.messages('warn').includes(warning))
    await pause(3000)
    expect(contexts[0]!.signal.aborted).toBe(false)
    finish()
    await expect(client.waitForJob(id)).resolves.toMatchObject({ state: 'completed', runs: [{ output: 'done' }] })
    expect(logger.messages('warn').filter((message) => message === warning)).toHaveLength(1)
    expectNoSecrets(logger.lines)
    stop()
  })

  test('a cancel of that time is heard once it can be asked again', async () => {
    const { client, engine, logger, id, contexts, until } = await openRunning()
    const stop = letFail(engine, 'cancelPoll', page(502))
    await until(() => logger.messages('warn').includes(warning))
    await expect(client.cancelJob(id)).resolves.toMatchObject({ state: 'cancelled' })
    expect(contexts[0]!.signal.aborted).toBe(false)
    stop()
    await until(() => contexts[0]!.signal.aborted)
    expect(contexts[0]!.signal.reason).toMatchObject({ code: 'job_cancelled' })
    await expect(client.getJobStatus(id)).resolves.toMatchObject({ state: 'cancelled' })
  })

  test('it is told again when it happens again', async () => {
    const { engine, logger, until, pause, finish, client, id } = await openRunning()
    const warnings = () => logger.messages('warn').filter((message) => message === warning).length
    const stop = letFail(engine, 'cancelPoll', page(404))
    await until(() => warnings() === 1)
    stop()
    await pause(3000)
    letFail(engine, 'cancelPoll', page(404))
    await until(() => warnings() === 2)
    finish()
    await client.waitForJob(id)
  })

  test('nobody asks while nothing runs', async () => {
    const { engine, finish, client, id, pause } = await openRunning()
    finish()
    await client.waitForJob(id)
    await pause(1000)
    const before = requestsOf(engine, 'cancelPoll').length
    await pause(5000)
    expect(requestsOf(engine, 'cancelPoll')).toHaveLength(before)
  })
})

describe('an engine that cannot be asked for its time', () => {
  test('a failed attempt is tried again all the same, no sooner than computed', async () => {
    const attempts: number[] = []
    const jobs = [
      defineJob({
        id: 'work',
        event: 'work.asked',
        retry: { maxAttempts: 2, backoff: 'fixed', initialDelay: 4000 },
        handler(): void {
          attempts.push(clock.now())
          if (attempts.length === 1) throw new Error('at first')
        },
      }),
    ]
    const { client, engine, clock } = await openJobs({ jobs })
    letFail(engine, 'health', page(502))
    letFail(engine, 'cancelPoll', page(502))
    const { id } = await client.sendJob('work.asked', payload)
    await expect(client.waitForJob(id)).resolves.toMatchObject({ state: 'completed', runs: [{ attempts: 2 }] })
    expect(attempts[1]! - attempts[0]!).toBeGreaterThanOrEqual(4000)
  })
})

describe('an engine that takes no events while a tick is dispatched', () => {
  test('it is dispatched again, and each tenant has one run of it', async () => {
    const runs: string[] = []
    const jobs = [
      defineCronJob({
        id: 'sweep',
        schedule: '* * * * *',
        tenants: () => ['acme', 'globex'],
        handler: ({ tenantId, scheduledAt }) => void runs.push(`${tenantId} ${scheduledAt.toISOString()}`),
      }),
    ]
    const { engine, until, pause } = await openJobs({ jobs, factor: 60 })
    letFail(engine, 'send', { kind: 'cut' }, 7)
    await until(() => runs.length >= 2)
    await pause(15_000)
    const [first] = runs
    const tick = first!.split(' ')[1]!
    expect(runs.filter((run) => run.endsWith(tick)).toSorted()).toEqual([`acme ${tick}`, `globex ${tick}`])
  })
})
