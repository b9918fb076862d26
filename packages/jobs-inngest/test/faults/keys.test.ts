import { defineJob, InvalidOptionError } from '@cgk-platform/jobs-core'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { Inngest } from 'inngest'
import { describe, expect, test, vi } from 'vitest'

import { createInngestFunctions } from '../../src/host/create-inngest-functions.ts'
import { createInngestProvider } from '../../src/inngest-provider.ts'
import { failureOf } from '../kit/faults.ts'
import { openJobs } from '../kit/open-jobs.ts'
import { requestsOf } from '../kit/requests.ts'
import { eventKey, expectNoSecrets, secretWord, signingKey } from '../kit/secrets.ts'

const payload = { tenantId: 'acme', data: secretWord }
const newKey = `signkey-test-${'0dd5ec'.repeat(8)}`
const jobs = [defineJob({ id: 'work', event: 'work.asked', handler: () => 'done' })]

describe('a wrong signing key', () => {
  test('is told by reads, in words, without the key', async () => {
    const { client, openApp } = await openJobs({ jobs })
    const { id } = await client.sendJob('work.asked', payload)
    const other = await openApp({ sdk: { signingKey: newKey }, synced: false })
    const error = await failureOf(other.client.getJobStatus(id))
    expect(error).toMatchObject({ code: 'request_failed', status: 401 })
    expect((error as Error).message).toContain('Check the signing key (`signingKey` or `INNGEST_SIGNING_KEY`)')
    expect((error as Error).message).not.toContain(newKey.slice(-20))
    const health = await other.client.healthCheck()
    expect(health).toMatchObject({
      ok: false,
      checks: [
        { name: 'engine', ok: true },
        { name: 'signing key', ok: false },
      ],
    })
    expectNoSecrets(error, health, other.logger.lines)
  })

  test('does not hinder a plain send, and refuses one with an idempotency key before it is sent', async () => {
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

  test('keeps an app from being synced', async () => {
    const { openApp } = await openJobs()
    const other = await openApp({ appId: 'other', jobs, sdk: { signingKey: newKey }, synced: false })
    await expect(other.app.sync()).rejects.toThrow('The app could not be synced')
  })

  test('of the app alone: no handler is called, and the run does not succeed', async () => {
    const handler = vi.fn<() => void>()
    const own = [defineJob({ id: 'own', event: 'work.followed', retry: { maxAttempts: 1 }, handler })]
    const { client, openApp } = await openJobs({ engine: { retryDelayMs: () => 1000 } })
    // Synced while its key was good, deployed again with another one.
    const good = await openApp({ appId: 'other', jobs: own })
    const { id } = await client.sendJob('work.followed', payload, { delay: 3000 })
    await good.app.close()
    await openApp({ appId: 'other', jobs: own, sdk: { signingKey: newKey }, synced: false, port: good.app.port })
    const status = await client.waitForJob(id)
    expect(status).toMatchObject({ state: 'failed', runs: [{ attempts: 1 }] })
    expect(handler).not.toHaveBeenCalled()
  })
})

describe('a key that is being rotated', () => {
  // The engine still has the old one alone.
  const rotated = { signingKey: newKey, signingKeyFallback: signingKey }

  test('reads with the old one where the new one is refused', async () => {
    const { client, openApp } = await openJobs({ jobs })
    const { id } = await client.sendJob('work.asked', payload)
    const other = await openApp({ sdk: rotated, synced: false })
    await expect(other.client.waitForJob(id)).resolves.toMatchObject({ state: 'completed' })
    await expect(other.client.healthCheck()).resolves.toMatchObject({
      checks: [{ ok: true }, { ok: true }, { ok: true }, {}],
    })
  })

  test('cancels and retries with the old one', async () => {
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

  test('syncs and serves with the old one', async () => {
    const { client } = await openJobs({ jobs, sdk: rotated })
    const { id } = await client.sendJob('work.asked', payload, { idempotencyKey: 'once' })
    await expect(client.waitForJob(id)).resolves.toMatchObject({ state: 'completed', runs: [{ output: 'done' }] })
  })

  test('the engine has the new one already: nothing is asked twice', async () => {
    const keys = { signingKey: newKey, signingKeyFallback: signingKey }
    const { client, engine } = await openJobs({ jobs, sdk: keys, engine: { signingKey: newKey } })
    const { id } = await client.sendJob('work.asked', payload)
    await expect(client.waitForJob(id)).resolves.toMatchObject({ state: 'completed' })
    expect(engine.requests.filter(({ status }) => status === 401)).toEqual([])
  })

  test('both are refused: it is told as one key is', async () => {
    const { openApp } = await openJobs()
    const wrong = `signkey-test-${'bad0ad'.repeat(8)}`
    const other = await openApp({ sdk: { signingKey: newKey, signingKeyFallback: wrong }, synced: false })
    const error = await failureOf(other.client.listJobs())
    expect(error).toMatchObject({ code: 'request_failed', status: 401 })
  })
})

describe('keys that are missing or of the wrong place', () => {
  test('production without an event key: a send is refused before any request', async () => {
    const { client, engine } = await openJobs({ sdk: { eventKey: undefined }, synced: false })
    const error = await failureOf(client.sendJob('work.asked', payload))
    expect(error).toMatchObject({ code: 'send_failed', accepted: 'no' })
    expect((error as Error).message).toContain('set `eventKey` or `INNGEST_EVENT_KEY`')
    const [result] = await client.sendJobs([{ event: 'work.asked', payload, options: { idempotencyKey: 'once' } }])
    expect(result).toMatchObject({ ok: false, error: { code: 'send_failed', accepted: 'no' } })
    expect(engine.requests).toEqual([])
    expectNoSecrets(error)
  })

  test('production without a signing key: reads say what is missing', async () => {
    const { client, openApp } = await openJobs({ jobs })
    const { id } = await client.sendJob('work.asked', payload)
    const other = await openApp({ sdk: { signingKey: undefined }, synced: false })
    const error = await failureOf(other.client.getJobStatus(id))
    expect(error).toMatchObject({ code: 'request_failed', status: 401 })
    expect((error as Error).message).toContain('INNGEST_SIGNING_KEY')
  })

  test('a key of production and `isDev`: refused where they are said, by the provider and by the host', () => {
    const settings = { eventKey, signingKey: 'signkey-prod-0123456789abcdef', isDev: true }
    const client = new Inngest({ id: 'jobs', ...settings })
    for (const make of [
      () => createInngestFunctions({ client, jobs: [] }),
      () => createInngestProvider({ client }),
      () => createInngestProvider(settings),
    ]) {
      expect(make).toThrow(InvalidOptionError)
      expect(make).toThrow('`isDev`')
      expect(make).not.toThrow('0123456789abcdef')
    }
  })

  test('a key of production and `INNGEST_DEV`: refused before any request', async ({ onTestFinished }) => {
    vi.stubEnv('INNGEST_DEV', '1')
    onTestFinished(() => void vi.unstubAllEnvs())
    const provider = createInngestProvider({ eventKey, signingKey: 'signkey-prod-0123456789abcdef' })
    const error = await failureOf(createClient({ load: () => provider }, { jobs }).sendJob('work.asked', payload))
    expect(error).toMatchObject({ code: 'invalid_option', option: 'isDev' })
    expect((error as Error).message).not.toContain('0123456789abcdef')
  })

  test('a key of production and `isDev` off is as it should be', () => {
    const client = new Inngest({ id: 'jobs', isDev: false, eventKey, signingKey: 'signkey-prod-0123456789abcdef' })
    expect(createInngestFunctions({ client, jobs: [] })).toEqual([])
    expect(createInngestProvider({ client }).name).toBe('inngest')
  })
})

function failOnce(): () => void {
  let calls = 0
  return () => {
    if (++calls === 1) throw new Error('at first')
  }
}
