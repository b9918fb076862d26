import { defineJob, type SendResult } from '@cgk-platform/jobs-core'
import type { SendFailedError } from '@cgk-platform/jobs-core/errors'
import { failRequests, type Fault, htmlResponse, kinds, requestsOf } from '@cgk-platform/inngest-loopback'
import { failureOf } from '@cgk-platform/test-kit/failure-of'
import { describe, expect, test } from 'vitest'

import { openJobs } from '../kit/open-jobs.ts'

const payload = { tenantId: 'acme', number: 1 }

/** Faults after which the event is accepted, but the sender does not know. */
const lost: readonly { name: string; fault: Fault }[] = [
  { name: 'reset', fault: { kind: 'reset', when: 'after' } },
  { name: 'cut in the middle', fault: { kind: 'cut' } },
]

function idOf(result: SendResult): string {
  if (!result.ok) throw result.error
  return result.job.id
}

async function openCounter() {
  const handled: string[] = []
  const handler = (_event: unknown, { jobId }: { jobId: string }): void => void handled.push(jobId)
  return { handled, ...(await openJobs({ jobs: [defineJob({ id: 'work', event: 'work.asked', handler })] })) }
}

describe.each(lost)('an event that was accepted while the response was $name', ({ fault }) => {
  test('is sent again with the same id and runs once', async () => {
    const { client, engine, handled, pause } = await openCounter()
    failRequests(engine, 'send', fault, 2)
    const { id, deduplicated } = await client.sendJob('work.asked', payload)
    expect(deduplicated).toBe(false)
    expect(requestsOf(engine, 'send')).toHaveLength(3)
    await expect(client.waitForJob(id)).resolves.toMatchObject({ state: 'completed', runs: [{ attempts: 1 }] })
    await pause(2000)
    expect(handled).toEqual([id])
    expect((await client.listJobs()).jobs.map((job) => job.id)).toEqual([id])
  })

  test('with an idempotency key is one job, also for the next send of the key', async () => {
    const { client, engine, handled, pause } = await openCounter()
    failRequests(engine, 'send', fault, 2)
    const first = await client.sendJob('work.asked', payload, { idempotencyKey: 'once' })
    const second = await client.sendJob('work.asked', payload, { idempotencyKey: 'once' })
    expect(second).toEqual({ ...first, deduplicated: true })
    await client.waitForJob(first.id)
    await pause(2000)
    expect(handled).toEqual([first.id])
  })

  test("every time fails with `maybe` and the job's id, and the job can be read", async () => {
    const { client, engine, handled, pause } = await openCounter()
    const stop = failRequests(engine, 'send', fault)
    const error = (await failureOf(client.sendJob('work.asked', payload))) as SendFailedError
    stop()
    expect(error).toMatchObject({ code: 'send_failed', accepted: 'maybe' })
    expect(error.message).toContain(`getJobStatus('${error.jobId}')`)
    await expect(client.waitForJob(error.jobId!)).resolves.toMatchObject({
      id: error.jobId,
      tenantId: 'acme',
      state: 'completed',
    })
    await pause(2000)
    expect(handled).toEqual([error.jobId])
  })
})

describe('a batch', () => {
  test('whose response was lost is sent again with the same ids, and each job runs once and keeps its position', async () => {
    const { client, engine, handled, pause } = await openCounter()
    failRequests(engine, 'send', { kind: 'cut' }, 2)
    const items = [1, 2, 3].map((number) => ({ event: 'work.asked' as const, payload: { tenantId: 'acme', number } }))
    const results = await client.sendJobs(items)
    const ids = results.map(idOf)
    for (const id of ids) await client.waitForJob(id)
    await pause(2000)
    expect(handled.toSorted()).toEqual(ids.toSorted())
    expect(requestsOf(engine, 'send')).toHaveLength(3)
  })

  test('that was accepted and then rejected by a proxy runs nothing twice', async () => {
    const { client, engine, handled, pause } = await openCounter()
    let asked = 0
    engine.intercept((request) => {
      if (!kinds.send(request)) return undefined
      asked++
      if (asked === 1) return { kind: 'cut' }
      return asked === 2 ? htmlResponse(413) : undefined
    })
    const items = [1, 2].map((number) => ({ event: 'work.asked' as const, payload: { tenantId: 'acme', number } }))
    const results = await client.sendJobs(items)
    const ids = results.map(idOf)
    for (const id of ids) await client.waitForJob(id)
    await pause(2000)
    expect(handled.toSorted()).toEqual(ids.toSorted())
  })
})
