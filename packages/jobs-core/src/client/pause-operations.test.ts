import { describe, expect, test } from 'vitest'

import { createFakeProvider, type FakeProviderOptions } from '../../test/kit/fake-provider.ts'
import { untyped } from '../../test/kit/untyped.ts'
import { defineJob } from '../jobs/define-job.ts'
import type { Pause } from '../jobs/pause.ts'
import { createClient } from './create-client.ts'

function open(options: FakeProviderOptions = {}) {
  const fake = createFakeProvider(options)
  return { fake, client: createClient({ load: () => fake }, { jobs: [] }) }
}

const mail: Pause = { definitionId: 'send-email', since: new Date(5) }
const acme: Pause = { tenantId: 'acme', since: new Date(6) }
const globex: Pause = { tenantId: 'globex', since: new Date(7) }

test('a definition, a tenant and the platform are paused and resumed, defined here or not', async () => {
  const { fake, client } = open({ pauses: async () => [mail, globex] })
  await client.pauseJobs({ definitionId: 'mail/send-email' })
  await client.pauseJobs({ tenantId: 'globex' })
  await client.pauseJobs({ tenantId: 'system' })
  await client.resumeJobs({ definitionId: 'mail/send-email' })
  await client.resumeJobs({ tenantId: 'globex' })
  expect(fake.calls).toEqual([
    'pause mail/send-email',
    'pause globex',
    'pause system',
    'resume mail/send-email',
    'resume globex',
  ])
  expect(await client.listPauses()).toEqual([mail, globex])
})

describe('a target is rejected', () => {
  test.each<[unknown, option: string, problem: string]>([
    [undefined, 'definitionId', 'is missing'],
    [{}, 'definitionId', 'is missing'],
    ['send-email', 'options', 'is a string'],
    [{ event: 'order.created' }, 'event', 'is not an option of `pauseJobs`'],
    [{ definitionId: undefined }, 'definitionId', 'is `undefined`'],
    [{ definitionId: '' }, 'definitionId', 'is ``'],
    [{ definitionId: 'two words' }, 'definitionId', 'is `two words`'],
    [{ tenantId: undefined }, 'tenantId', 'is missing'],
    [{ tenantId: ' ' }, 'tenantId', 'is blank'],
    [{ tenantId: 5 }, 'tenantId', 'is a number'],
    [{ definitionId: 'send-email', tenantId: 'acme' }, 'definitionId', 'cannot be combined with `tenantId`'],
    [{ definitionId: 'send-email', tenantId: undefined }, 'definitionId', 'cannot be combined with `tenantId`'],
  ])('%j', async (target, option, problem) => {
    const { fake, client } = open()
    const error = { code: 'invalid_option', option, message: expect.stringMatching(/\. [A-Z].+\.$/) }
    await expect(untyped(client).pauseJobs(target)).rejects.toMatchObject(error)
    await expect(untyped(client).pauseJobs(target)).rejects.toThrow(problem)
    await expect(untyped(client).resumeJobs(target)).rejects.toMatchObject(error)
    expect(fake.calls).toEqual([])
  })
})

test('an engine refuses what it cannot pause, and lists pauses if it has any', async () => {
  const { fake, client } = open({ without: ['pauseJobs of a tenant'], pauses: async () => [mail] })
  const refused = (feature: string) => ({
    code: 'unsupported_feature',
    feature,
    message: expect.stringContaining('Do'),
  })
  const ofTenant = refused('pauseJobs of a tenant')
  await expect(client.pauseJobs({ tenantId: 'acme' })).rejects.toMatchObject(ofTenant)
  await expect(client.resumeJobs({ tenantId: 'acme' })).rejects.toMatchObject(ofTenant)
  await expect(client.forTenant('acme').pauseJobs()).rejects.toMatchObject(ofTenant)
  expect(fake.calls).toEqual([])
  expect(await client.listPauses()).toEqual([mail])

  const { client: none } = open({ without: ['pauseJobs of a tenant', 'pauseJobs of a definition'] })
  await expect(none.listPauses()).rejects.toMatchObject(refused('pauseJobs of a definition'))
  const { client: faulty } = open({ pause: undefined } as never)
  await expect(faulty.pauseJobs({ tenantId: 'acme' })).rejects.toThrow('has no `pause` method')
})

test('an engine that needs the definition to pause it refuses one that is not defined here', async () => {
  const fake = createFakeProvider({ without: ['pauseJobs by a sender'] })
  const mails = defineJob({ id: 'send-email', event: 'order.created', handler: () => undefined })
  const client = createClient({ load: () => fake }, { jobs: [mails] })
  await client.pauseJobs({ definitionId: 'send-email' })
  for (const operation of ['pauseJobs', 'resumeJobs'] as const) {
    const refused = { code: 'unsupported_feature', feature: 'pauseJobs by a sender' }
    await expect(client[operation]({ definitionId: 'other' })).rejects.toMatchObject(refused)
  }
  expect(fake.calls).toEqual(['pause send-email'])
})

test('a closed client pauses nothing, and still lists pauses', async () => {
  const { client } = open({ pauses: async () => [mail] })
  await client.capabilities()
  await client.close()
  await expect(client.pauseJobs({ tenantId: 'acme' })).rejects.toMatchObject({ code: 'client_closed' })
  await expect(client.resumeJobs({ tenantId: 'acme' })).rejects.toMatchObject({ code: 'client_closed' })
  expect(await client.listPauses()).toEqual([mail])
})

describe('a client of one tenant', () => {
  test('pauses and resumes this tenant, or the platform', async () => {
    const { fake, client } = open()
    await client.forTenant('acme').pauseJobs()
    await client.forTenant('acme').resumeJobs()
    await client.forSystem().pauseJobs()
    expect(fake.calls).toEqual(['pause acme', 'resume acme', 'pause system'])
  })

  test('pauses no definition and no other tenant', async () => {
    const { fake, client } = open()
    for (const operation of ['pauseJobs', 'resumeJobs'] as const) {
      const call = untyped(client.forTenant('acme'))[operation]
      await expect(call({ tenantId: 'globex' })).rejects.toMatchObject({ code: 'tenant_mismatch' })
      await expect(call({ definitionId: 'send-email' })).rejects.toMatchObject({ code: 'invalid_option' })
    }
    expect(fake.calls).toEqual([])
  })

  test('lists the pauses that hold its runs', async () => {
    const { client } = open({ pauses: async () => [mail, acme, globex] })
    expect(await client.forTenant('acme').listPauses()).toEqual([mail, acme])
  })
})
