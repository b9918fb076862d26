import { defineJob, type JobContext } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { createTestEngine, type TestEngine } from '../../src/testing/index.ts'
import { createDeferred } from '../kit/deferred.ts'
import { failUntil } from '../kit/fail-until.ts'
import { openJobsOf } from '../kit/open-jobs.ts'
import '../kit/work.ts'

const tenantId = 'acme'
const hour = 3_600_000

/** A handler that ends when its signal aborts, or when the test lets it. */
function createListener() {
  const reasons: unknown[] = []
  const contexts: JobContext[] = []
  const deferred = createDeferred<string>()
  const handler = (_event: unknown, context: JobContext): Promise<string> => {
    contexts.push(context)
    context.signal.addEventListener('abort', () => reasons.push(context.signal.reason))
    return deferred.promise
  }
  return { handler, reasons, contexts, deferred }
}

async function send(engine: TestEngine, delay = 0): Promise<string> {
  return (await engine.client.sendJob('work.asked', { tenantId }, { delay })).id
}

describe('cancelling a job that waits', () => {
  test('`scheduled`: it never begins', async () => {
    const { handler, contexts } = createListener()
    const engine = createTestEngine({ jobs: [defineJob({ id: 'work', event: 'work.asked', handler })] })
    const id = await send(engine, hour)
    const answer = await engine.client.cancelJob(id)
    expect(answer).toMatchObject({ id, state: 'cancelled', runs: [], endedAt: engine.now() })
    await engine.advance('2h')
    expect(contexts).toEqual([])
    expect((await engine.client.getJobStatus(id)).state).toBe('cancelled')
  })

  test('just sent: from the moment that `sendJob` resolved', async () => {
    const { handler, deferred } = createListener()
    const engine = createTestEngine({ jobs: [defineJob({ id: 'work', event: 'work.asked', handler })] })
    const id = await send(engine)
    expect((await engine.client.cancelJob(id)).state).toBe('cancelled')
    deferred.resolve('late')
    await engine.settle()
    expect(await engine.client.getJobStatus(id)).toMatchObject({ state: 'cancelled' })
  })

  test('`queued` behind a limit: it never begins, and takes no turn from the next', async () => {
    const { handler, contexts, deferred } = createListener()
    const engine = createTestEngine({
      jobs: [defineJob({ id: 'work', event: 'work.asked', concurrency: 1, handler })],
      patienceMs: 5,
    })
    const ids = [await send(engine), await send(engine), await send(engine)]
    await engine.settle()
    expect(await engine.client.cancelJob(ids[1]!)).toMatchObject({
      state: 'cancelled',
      runs: [{ state: 'cancelled', attempts: 0 }],
    })
    deferred.resolve('done')
    await engine.settle()
    expect(contexts.map(({ jobId }) => jobId)).toEqual([ids[0], ids[2]])
  })

  test('`retrying`: it makes no further attempt', async () => {
    const job = defineJob({ id: 'work', event: 'work.asked', retry: { initialDelay: '1m' }, handler: failUntil(99) })
    const engine = createTestEngine({ jobs: [job] })
    const id = await send(engine)
    await engine.settle()
    const { state, runs } = await engine.client.cancelJob(id)
    expect([state, runs[0]?.state, runs[0]?.nextAttemptAt]).toEqual(['cancelled', 'cancelled', undefined])
    await engine.advance('1d')
    expect(engine.attempts).toHaveLength(1)
  })

  test('without any subscriber, before its time', async () => {
    const engine = createTestEngine({ jobs: [] })
    const id = await send(engine, hour)
    await engine.client.cancelJob(id)
    await engine.advance('2h')
    expect((await engine.client.getJobStatus(id)).state).toBe('cancelled')
  })
})

describe('cancelling a job that runs', () => {
  const start = async (options: { ignoresSignal: boolean }) => {
    const { reasons, contexts, deferred, handler } = createListener()
    const failures: unknown[] = []
    const job = defineJob({
      id: 'work',
      event: 'work.asked',
      handler: (event, context) =>
        options.ignoresSignal
          ? handler(event, context)
          : Promise.race([
              handler(event, context),
              new Promise<never>((_, reject) =>
                context.signal.addEventListener('abort', () => reject(context.signal.reason)),
              ),
            ]),
      onFailure: (error) => failures.push(error),
    })
    const ends: string[] = []
    const hooks = { onRunEnd: ({ outcome }: { outcome: { type: string } }) => ends.push(outcome.type) }
    const engine = createTestEngine({ jobs: [job], patienceMs: 5, hooks })
    const id = await send(engine)
    await engine.settle()
    return { engine, id, reasons, contexts, deferred, failures, ends }
  }

  test.each([true, false])(
    'aborts its signal with the reason, at once (the handler ignores it: %s)',
    async (ignoresSignal) => {
      const { engine, id, reasons, contexts, failures, ends } = await start({ ignoresSignal })
      const answer = await engine.client.cancelJob(id)
      expect(reasons).toMatchObject([{ name: 'JobCancelledError', code: 'job_cancelled', jobId: id }])
      expect(contexts[0]?.signal.aborted).toBe(true)
      expect(answer).toMatchObject({
        state: 'cancelled',
        runs: [{ state: 'cancelled', attempts: 1 }],
        endedAt: engine.now(),
      })
      await engine.settle()
      expect([failures, ends]).toEqual([[], ['cancelled']])
      expect(engine.attempts[0]?.outcome).toEqual({ type: 'cancelled' })
    },
  )

  test('is final: a late result does not complete it, a late error does not fail or retry it', async () => {
    const completing = await start({ ignoresSignal: true })
    await completing.engine.client.cancelJob(completing.id)
    completing.deferred.resolve('late')
    const failing = await start({ ignoresSignal: true })
    await failing.engine.client.cancelJob(failing.id)
    failing.deferred.reject(new Error('late'))
    for (const { engine, id, failures } of [completing, failing]) {
      await engine.advance('1d')
      const { state, runs } = await engine.client.getJobStatus(id)
      expect([state, runs[0]?.output, runs[0]?.error, failures]).toEqual(['cancelled', undefined, undefined, []])
      expect(engine.attempts).toHaveLength(1)
    }
  })

  test('by its own handler, which then returns: it is cancelled, not completed', async () => {
    const job = defineJob({
      id: 'work',
      event: 'work.asked',
      handler: (_event, { jobId }) => {
        void engine.client.cancelJob(jobId)
        return 'done'
      },
    })
    const engine = createTestEngine({ jobs: [job] })
    const id = await send(engine)
    await engine.settle()
    expect((await engine.client.getJobStatus(id)).state).toBe('cancelled')
  })

  test('while `onFailure` runs: it stays cancelled', async () => {
    const deferred = createDeferred()
    const signals: AbortSignal[] = []
    const job = defineJob({
      id: 'work',
      event: 'work.asked',
      retry: { maxAttempts: 1 },
      handler: failUntil(99),
      onFailure: (_error, _event, { signal }) => {
        signals.push(signal)
        return deferred.promise
      },
    })
    const engine = createTestEngine({ jobs: [job], patienceMs: 5 })
    const id = await send(engine)
    await engine.settle()
    expect((await engine.client.cancelJob(id)).state).toBe('cancelled')
    await engine.settle()
    expect(signals[0]?.aborted).toBe(true)
    expect((await engine.client.getJobStatus(id)).state).toBe('cancelled')
  })

  test('ends what has not ended of several runs, and leaves what has', async () => {
    const { handler, deferred } = createListener()
    const quick = defineJob({ id: 'quick', event: 'work.asked', handler: () => 'done' })
    const slow = defineJob({ id: 'slow', event: 'work.asked', handler })
    const flaky = defineJob({ id: 'flaky', event: 'work.asked', handler: failUntil(99) })
    const engine = createTestEngine({ jobs: [quick, slow, flaky], patienceMs: 5 })
    const id = await send(engine)
    await engine.settle()
    const { state, runs } = await engine.client.cancelJob(id)
    expect(state).toBe('cancelled')
    expect(runs.map((run) => [run.definitionId, run.state])).toEqual([
      ['quick', 'completed'],
      ['slow', 'cancelled'],
      ['flaky', 'cancelled'],
    ])
    deferred.resolve('late')
  })

  test.each<[name: string, other: 'running' | 'retrying' | 'queued']>([
    ['runs', 'running'],
    ['waits for its next attempt', 'retrying'],
    ['waits for a place', 'queued'],
  ])('outranks that another run has failed: the job is cancelled, not failed, where one %s', async (_name, other) => {
    const { handler, deferred } = createListener()
    const fails = defineJob({ id: 'fails', event: 'work.asked', retry: { maxAttempts: 1 }, handler: failUntil(99) })
    const goesOn = defineJob({
      id: 'goes-on',
      event: 'work.asked',
      ...(other === 'queued' && { concurrency: 1 }),
      retry: { initialDelay: '1h' },
      handler: other === 'retrying' ? failUntil(99) : handler,
    })
    const engine = createTestEngine({ jobs: [fails, goesOn], patienceMs: 5 })
    if (other === 'queued') {
      await send(engine) // has the only place
      await engine.settle()
    }
    const id = await send(engine)
    await engine.settle()
    expect((await engine.client.getJobStatus(id)).state).toBe(other)
    expect(await engine.client.cancelJob(id)).toMatchObject({
      state: 'cancelled',
      runs: [
        { definitionId: 'fails', state: 'failed' },
        { definitionId: 'goes-on', state: 'cancelled' },
      ],
    })
    expect((await engine.client.listJobs({ state: 'cancelled' })).jobs.map((job) => job.id)).toEqual([id])
    await expect(engine.client.retryJob(id)).rejects.toMatchObject({ code: 'job_not_retryable', state: 'cancelled' })
    deferred.resolve('late')
    await engine.advance('2h')
    expect((await engine.client.getJobStatus(id)).state).toBe('cancelled')
  })

  test('gives its place back when the handler ends, not while it runs on', async () => {
    const { handler, contexts, deferred } = createListener()
    const limited = defineJob({ id: 'work', event: 'work.asked', concurrency: { limit: 1, perTenant: 1 }, handler })
    const engine = createTestEngine({ jobs: [limited], config: { concurrency: 1 }, patienceMs: 5 })
    const ids = [await send(engine), await send(engine)]
    await engine.settle()
    await engine.client.cancelJob(ids[0]!)
    await engine.settle()
    expect(contexts.map(({ jobId }) => jobId)).toEqual([ids[0]])
    expect((await engine.client.getJobStatus(ids[1]!)).state).toBe('queued')
    deferred.resolve('done')
    await engine.settle()
    expect(contexts.map(({ jobId }) => jobId)).toEqual(ids)
    expect((await engine.client.getJobStatus(ids[1]!)).state).toBe('completed')
  })
})

describe('cancelling a job that has ended', () => {
  test('answers as it ended, and changes nothing', async () => {
    const works = defineJob({ id: 'works', event: 'work.asked', handler: () => 'done' })
    const fails = defineJob({ id: 'fails', event: 'work.followed', retry: { maxAttempts: 1 }, handler: failUntil(99) })
    const engine = createTestEngine({ jobs: [works, fails] })
    const completed = await engine.client.sendJob('work.asked', { tenantId })
    const failed = await engine.client.sendJob('work.followed', { tenantId })
    const cancelled = await engine.client.sendJob('work.ignored', { tenantId }, { delay: 1000 })
    await engine.settle()
    await engine.client.cancelJob(cancelled.id)
    await engine.advance('1m')
    for (const { id } of [completed, failed, cancelled]) {
      const before = await engine.client.getJobStatus(id)
      expect(await engine.client.cancelJob(id)).toEqual(before)
    }
  })

  test('twice at once is as once', async () => {
    const { handler, reasons } = createListener()
    const engine = createTestEngine({ jobs: [defineJob({ id: 'work', event: 'work.asked', handler })], patienceMs: 5 })
    const id = await send(engine)
    await engine.settle()
    const answers = await Promise.all([
      engine.client.cancelJob(id),
      engine.client.cancelJob(id),
      engine.client.cancelJob(id),
    ])
    expect(answers.map(({ state }) => state)).toEqual(['cancelled', 'cancelled', 'cancelled'])
    expect(reasons).toHaveLength(1)
    expect(await openJobsOf(engine.client)).toBe(0)
  })

  test('whoever waits for the job hears of it', async () => {
    const engine = createTestEngine({ jobs: [] })
    const id = await send(engine, hour)
    const waiting = engine.client.waitForJob(id)
    await engine.client.cancelJob(id)
    expect((await waiting).state).toBe('cancelled')
  })
})
