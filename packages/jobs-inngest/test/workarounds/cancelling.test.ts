import { defineJob, type JobContext } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { createDeferred } from '../kit/deferred.ts'
import { openJobs } from '../kit/open-jobs.ts'
import { requestRaw } from '../kit/raw-api.ts'

const payload = { tenantId: 'acme', number: 1 }

describe('a cancel just after the send', () => {
  test('through the raw API finds no run, so the job runs; this library waits for the run', async () => {
    const handled: string[] = []
    const jobs = [defineJob({ id: 'work', event: 'work.asked', handler: (_, { jobId }) => void handled.push(jobId) })]
    const { client, engine, until, pause } = await openJobs({
      jobs,
      engine: { delays: { runMs: 3000, startMs: 3000 } },
    })

    const naive = await client.sendJob('work.asked', payload)
    const runs = (await requestRaw(engine, 'GET', `/v2/events/${naive.id}/runs`)).body.data ?? []
    for (const { id } of runs) await requestRaw(engine, 'POST', `/v2/runs/${id}/cancel`, {})
    await until(() => handled.includes(naive.id))

    const ours = await client.sendJob('work.asked', payload)
    await expect(client.cancelJob(ours.id)).resolves.toMatchObject({
      state: 'cancelled',
      runs: [{ state: 'cancelled' }],
    })
    await pause(5000)
    expect(handled).toEqual([naive.id])
  })
})

describe('a handler whose run was cancelled', () => {
  test('is not notified by Inngest; this library aborts it, and its late result changes nothing', async () => {
    let naiveEnded = false
    const naiveBegan = createDeferred()
    const deferred = createDeferred()
    const contexts: JobContext[] = []
    const handler = async (_event: unknown, context: JobContext): Promise<string> => {
      contexts.push(context)
      await deferred.promise
      return 'too late'
    }
    const { client, engine, inngest, openApp, until } = await openJobs({
      jobs: [defineJob({ id: 'work', event: 'work.asked', handler })],
    })
    const raw = inngest.createFunction({ id: 'raw', triggers: [{ event: 'raw' }] }, async (context) => {
      // Nothing in its arguments shows it.
      expect(Object.values(context).filter((value) => (value as unknown) instanceof AbortSignal)).toEqual([])
      naiveBegan.resolve()
      await deferred.promise
      naiveEnded = true
    })
    await openApp({ appId: 'raw', functions: [raw] })
    const [naiveId] = (await inngest.send({ name: 'raw', data: {} })).ids
    await naiveBegan.promise
    const [run] = (await requestRaw(engine, 'GET', `/v2/events/${naiveId}/runs`)).body.data
    await requestRaw(engine, 'POST', `/v2/runs/${run.id}/cancel`, {})

    const { id } = await client.sendJob('work.asked', payload)
    await until(() => contexts.length === 1)
    await client.cancelJob(id)
    await until(() => contexts[0]!.signal.aborted)
    expect(contexts[0]!.signal.reason).toMatchObject({ code: 'job_cancelled', jobId: id })
    expect(naiveEnded).toBe(false)

    deferred.resolve()
    await until(() => naiveEnded)
    const [late] = (await client.getJobStatus(id)).runs
    expect(late).toMatchObject({ state: 'cancelled' })
    expect('output' in late!).toBe(false)
  })
})
