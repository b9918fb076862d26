import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { createJobClient, getJobClient, type JobProvider, sendJob, setJobClient } from '../src/index.ts'
import { ProviderNotChosenError } from '../src/errors.ts'

const order = { tenantId: 'acme', orderId: 'order-1' }
const environmentNames = ['JOB_PROVIDER', 'TRIGGER_SECRET_KEY', 'INNGEST_EVENT_KEY', 'INNGEST_SIGNING_KEY']

describe('the choice of a provider', () => {
  beforeEach(() => {
    for (const name of environmentNames) vi.stubEnv(name, undefined)
    setJobClient(undefined)
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    setJobClient(undefined)
  })

  it.each([
    ['inngest', 21, () => import('../src/inngest.ts')],
    ['trigger.dev', 249, () => import('../src/trigger.ts')],
    ['local', 1000, () => import('../src/local.ts')],
  ])('is %s for the client of its own module, regardless of the environment', async (name, mostAttempts, load) => {
    vi.stubEnv('JOB_PROVIDER', name === 'local' ? 'inngest' : 'local')
    const face = await load()
    const client = face.createJobClient({ jobs: [] })
    expect(await client.capabilities()).toMatchObject({ maxAttemptsLimit: mostAttempts })
    await client.close()
  })

  it.each([
    ['JOB_PROVIDER', { JOB_PROVIDER: 'inngest', TRIGGER_SECRET_KEY: 'tr' }],
    ['the key of Inngest', { INNGEST_SIGNING_KEY: 'key' }],
  ])('is made by %s if the options name no provider', async (_what, variables) => {
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
    // Without an event key, nothing is sent.
    await expect(sendJob('order.created', order)).rejects.toMatchObject({
      code: 'send_failed',
      accepted: 'no',
      message: expect.stringContaining('`INNGEST_EVENT_KEY`') as string,
    })
  })

  it('is made by the key of Trigger.dev if the options name no provider', async () => {
    vi.stubEnv('TRIGGER_SECRET_KEY', 'tr')
    vi.stubEnv('TRIGGER_API_URL', 'http://127.0.0.1:59998') // no server
    await expect(sendJob('order.created', order)).rejects.toMatchObject({
      code: 'send_failed',
      accepted: 'no',
      message: expect.stringContaining('Failed to send `order.created` to `trigger.dev`') as string,
    })
  })

  it.each([
    ['keys of two vendors', { TRIGGER_SECRET_KEY: 'tr', INNGEST_SIGNING_KEY: 'key' }],
    ['production without a choice', { NODE_ENV: 'production' }],
    ['an unknown JOB_PROVIDER', { JOB_PROVIDER: 'redis' }],
  ])('fails with %s', async (_what, variables) => {
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
    expect(() => createJobClient()).toThrow(ProviderNotChosenError)
    await expect(sendJob('order.created', order)).rejects.toMatchObject({ code: 'provider_not_chosen' })
  })

  it('rejects settings for a provider object', () => {
    const provider = {} as JobProvider
    // @ts-expect-error -- a provider object takes no settings
    const make = () => createJobClient({ provider, config: { concurrency: 2 } })
    expect(make).toThrow(expect.objectContaining({ code: 'invalid_option', option: 'config' }))
  })
})

describe('the default client', () => {
  afterEach(() => setJobClient(undefined))

  it('is the client that was set, otherwise one for the whole process', async () => {
    vi.stubEnv('JOB_PROVIDER', 'local')
    const made = getJobClient()
    expect(getJobClient()).toBe(made)
    const own = createJobClient({ provider: 'local', jobs: [] })
    setJobClient(own)
    expect(getJobClient()).toBe(own)
    await Promise.all([made.close(), own.close()])
    vi.unstubAllEnvs()
  })
})
