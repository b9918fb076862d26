import { defineJob } from '@cgk-platform/jobs-core'
import { requestsOf } from '@cgk-platform/inngest-loopback'
import { failureOf } from '@cgk-platform/test-kit/failure-of'
import { describe, expect, test } from 'vitest'

import { openJobs } from '../kit/open-jobs.ts'
import { expectNoSecrets, secretWord, signingKey } from '../kit/secrets.ts'

const payload = { tenantId: 'acme', data: secretWord }
const newKey = `signkey-test-${'0dd5ec'.repeat(8)}`
const jobs = [defineJob({ id: 'work', event: 'work.asked', handler: () => 'done' })]

describe('a wrong signing key', () => {
  test('allows a plain send and rejects one with an idempotency key before it is sent', async () => {
    const { engine, openApp } = await openJobs({ jobs })
    const other = await openApp({ sdk: { signingKey: newKey }, synced: false })
    await other.client.sendJob('work.asked', payload)
    expect(requestsOf(engine, 'send')).toHaveLength(1)
    const error = await failureOf(other.client.sendJob('work.asked', payload, { idempotencyKey: secretWord }))
    expect(error).toMatchObject({ code: 'send_failed', accepted: 'no' })
    expect((error as Error).message).toContain('Check the signing key')
    expect(requestsOf(engine, 'send')).toHaveLength(1)
    expectNoSecrets(error)
  })
})

describe('a key rotation', () => {
  // The engine still has only the old key.
  const rotated = { signingKey: newKey, signingKeyFallback: signingKey }

  test('cancels and retries with the old key', async () => {
    const failing = [defineJob({ id: 'work', event: 'work.asked', retry: { maxAttempts: 1 }, handler: failOnce() })]
    const { client, engine } = await openJobs({ jobs: failing, sdk: rotated })
    const { id } = await client.sendJob('work.asked', payload)
    await expect(client.waitForJob(id)).resolves.toMatchObject({ state: 'failed' })
    await client.retryJob(id)
    await expect(client.waitForJob(id)).resolves.toMatchObject({ state: 'completed' })
    expect(requestsOf(engine, 'rerun').map(({ status }) => status)).toEqual([401, 200])
    const later = await client.sendJob('work.asked', payload, { delay: '1h' })
    await expect(client.cancelJob(later.id)).resolves.toMatchObject({ state: 'cancelled' })
  })
})

function failOnce(): () => void {
  let calls = 0
  return () => {
    if (++calls === 1) throw new Error('at first')
  }
}
