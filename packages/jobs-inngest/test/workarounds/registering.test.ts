import { defineCronJob, defineJob } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { openJobs } from '../kit/open-jobs.ts'

const payload = { tenantId: 'acme' }

describe('a schedule with weekday 7 for Sunday', () => {
  test('makes Inngest reject the whole app without a reason; this library converts it', async () => {
    const { inngest, openApp } = await openJobs()
    const raw = inngest.createFunction({ id: 'raw', triggers: [{ cron: 'TZ=UTC 0 9 * * 7' }] }, () => 'done')
    await expect(openApp({ appId: 'raw', functions: [raw] })).rejects.toThrow('At least one function is invalid')

    const jobs = [defineCronJob({ id: 'sweep', schedule: '0 9 * * 7', handler: () => undefined })]
    const { client } = await openApp({ appId: 'ours', jobs })
    await expect(client.healthCheck()).resolves.toMatchObject({ ok: true })
  })
})

describe('`onFailure`', () => {
  test("of the SDK runs in a separate run, even after the handler's last attempt; this library calls it once", async () => {
    const naive: string[] = []
    const ours: string[] = []
    const work = defineJob({
      id: 'work',
      event: 'work.asked',
      retry: { maxAttempts: 1 },
      handler() {
        throw new Error('for good')
      },
      onFailure: (_error, _event, { runId }) => void ours.push(runId),
    })
    const { client, engine, inngest, openApp, until, pause } = await openJobs({ jobs: [work] })
    const raw = inngest.createFunction(
      {
        id: 'raw',
        retries: 0,
        triggers: [{ event: 'raw' }],
        onFailure: ({ event }) => void naive.push(`after ${event.data.run_id}`),
      },
      ({ runId }) => {
        naive.push(runId)
        throw new Error('for good')
      },
    )
    await openApp({ appId: 'raw', functions: [raw] })
    await inngest.send({ name: 'raw', data: {} })
    await until(() => naive.length === 2)
    expect(naive[1]).toBe(`after ${naive[0]}`)

    const { id } = await client.sendJob('work.asked', payload)
    const { runs } = await client.waitForJob(id)
    expect(ours).toEqual([runs[0]!.id]) // by then, not later
    await until(() => engine.requests.some(({ path }) => path.includes('fnId=jobs-work-failure')))
    await pause(1000)
    expect(ours).toHaveLength(1)
  })
})
