import { defineCronJob, defineJob, type JobContext } from '@cgk-platform/jobs-core'
import { failRequests, htmlResponse } from '@cgk-platform/inngest-loopback'
import { createDeferred } from '@cgk-platform/test-kit/deferred'
import { describe, expect, test } from 'vitest'

import { openJobs } from '../kit/open-jobs.ts'
import { requestRaw } from '../kit/raw-api.ts'
import { secretWord } from '../kit/secrets.ts'

const payload = { tenantId: 'acme', data: secretWord }
const warning = 'Could not check whether running jobs were cancelled.'

/** Opens an app with a handler that runs until the test ends it or its signal aborts. */
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

describe('an engine that does not respond while a job runs', () => {
  test('cancels the job once it responds again', async () => {
    const { client, engine, logger, id, contexts, until } = await openRunning()
    const stop = failRequests(engine, 'run', htmlResponse(502))
    await until(() => logger.messages('warn').includes(warning))
    await requestRaw(engine, 'POST', `/v2/runs/${contexts[0]!.runId}/cancel`)
    expect(contexts[0]!.signal.aborted).toBe(false)
    stop()
    await until(() => contexts[0]!.signal.aborted)
    expect(contexts[0]!.signal.reason).toMatchObject({ code: 'job_cancelled' })
    await expect(client.getJobStatus(id)).resolves.toMatchObject({ state: 'cancelled' })
  })
})

describe('an engine that does not provide its time', () => {
  test('retries a failed attempt no sooner than computed', async () => {
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
    const { client, engine, clock, until } = await openJobs({ jobs })
    failRequests(engine, 'health', htmlResponse(502))
    const stop = failRequests(engine, 'run', htmlResponse(502))
    const { id } = await client.sendJob('work.asked', payload)
    await until(() => attempts.length === 2)
    stop()
    await expect(client.waitForJob(id)).resolves.toMatchObject({ state: 'completed', runs: [{ attempts: 2 }] })
    expect(attempts[1]! - attempts[0]!).toBeGreaterThanOrEqual(4000)
  })
})

describe('an engine that accepts no events while a tick is dispatched', () => {
  test('dispatches the tick again, with one run per tenant', async () => {
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
    failRequests(engine, 'send', { kind: 'cut' }, 7)
    await until(() => runs.length >= 2)
    await pause(15_000)
    const [first] = runs
    const tick = first!.split(' ')[1]!
    expect(runs.filter((run) => run.endsWith(tick)).toSorted()).toEqual([`acme ${tick}`, `globex ${tick}`])
  })
})
