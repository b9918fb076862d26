import { defineJob, NonRetryableError } from '@cgk-platform/jobs-core'
import { failRequests } from '@cgk-platform/inngest-loopback'
import { failureOf } from '@cgk-platform/test-kit/failure-of'
import { describe, expect, test } from 'vitest'

import { openJobs, type OpenJobs } from '../kit/open-jobs.ts'
import { secretWord } from '../kit/secrets.ts'

const payload = { tenantId: 'acme', data: secretWord }

describe('a failed cancel', () => {
  test('reports a run as cancelled even if the response was lost', async () => {
    const opened = await openJobs({ jobs: [defineJob({ id: 'work', event: 'work.asked', handler: () => 'done' })] })
    const { client, engine } = opened
    const { id } = await client.sendJob('work.asked', payload, { delay: '1h' })
    await untilVisible(opened, id)
    failRequests(engine, 'cancel', { kind: 'cut' }, 1)
    await failureOf(client.cancelJob(id))
    await expect(client.getJobStatus(id)).resolves.toMatchObject({ state: 'cancelled' })
  })

  test('accepts a run that ends just before its cancel', async () => {
    const opened = await openJobs({ jobs: [defineJob({ id: 'work', event: 'work.asked', handler: () => 'done' })] })
    const { client, engine } = opened
    const { id } = await client.sendJob('work.asked', payload, { delay: 3000 })
    await untilVisible(opened, id)
    failRequests(engine, 'cancel', { kind: 'delay', delayMs: 6000 }, 1)
    await expect(client.cancelJob(id)).resolves.toMatchObject({ state: 'completed', runs: [{ output: 'done' }] })
  })
})

describe('a failed retry', () => {
  const openFailed = async (): Promise<OpenJobs & { id: string; handled: number[] }> => {
    const handled: number[] = []
    const handler = (): string => {
      handled.push(handled.length)
      if (handled.length === 1) throw new NonRetryableError('at first')
      return 'done'
    }
    const opened = await openJobs({ jobs: [defineJob({ id: 'work', event: 'work.asked', handler })] })
    const { id } = await opened.client.sendJob('work.asked', payload)
    await opened.client.waitForJob(id)
    return { ...opened, id, handled }
  }

  test('does not run twice if the response was lost and the retry is repeated', async () => {
    const { client, engine, id, handled, pause } = await openFailed()
    failRequests(engine, 'rerun', { kind: 'cut' }, 1)
    await failureOf(client.retryJob(id))
    await pause(1000)
    await expect(client.retryJob(id)).rejects.toMatchObject({ code: 'job_not_retryable' })
    const status = await client.waitForJob(id)
    expect(status).toMatchObject({ state: 'completed', runs: [{ state: 'failed' }, { state: 'completed' }] })
    expect(status.runs[1]!.retryOf).toBe(status.runs[0]!.id)
    expect(handled).toHaveLength(2)
  })
})

async function untilVisible({ client, until }: OpenJobs, id: string): Promise<void> {
  await until(async () => (await client.getJobStatus(id)).runs.length > 0)
}
