import { expect, test } from 'vitest'

import { createFakeProvider } from '../../../test/kit/fake-provider.ts'
import { openRouter } from '../../../test/kit/router-kit.ts'
import type { Feature } from '../../engines/capabilities.ts'

const withoutTenants = { without: ['pauseJobs of a tenant'] as Feature[] }

test('a definition is paused and resumed on every engine', async () => {
  const { old, fresh, router } = openRouter()
  await router.pauseJobs({ definitionId: 'send-email' })
  await router.resumeJobs({ definitionId: 'send-email' })
  expect(old.calls).toEqual(['pause send-email', 'resume send-email'])
  expect(fresh.calls).toEqual(old.calls)
})

test('a tenant is paused on the engine of its route, and resumed wherever it may be paused', async () => {
  const { old, fresh, moved, router } = openRouter()
  await router.pauseJobs({ tenantId: 'acme' })
  moved.add('acme')
  await router.forTenant('acme').pauseJobs()
  expect([old.calls, fresh.calls]).toEqual([['pause acme'], ['pause acme']])
  await router.forTenant('acme').resumeJobs()
  expect([old.calls[1], fresh.calls[1]]).toEqual(['resume acme', 'resume acme'])
})

test('what one engine cannot pause is paused on none, and resumed where it can be', async () => {
  const { old, fresh, moved, router } = openRouter(
    createFakeProvider({ without: ['pauseJobs of a definition', 'pauseJobs of a tenant'] }),
    createFakeProvider(),
  )
  const refused = { code: 'unsupported_feature', message: expect.stringContaining('`old`') }
  await expect(router.pauseJobs({ definitionId: 'send-email' })).rejects.toMatchObject(refused)
  await expect(router.pauseJobs({ tenantId: 'acme' })).rejects.toMatchObject(refused)
  moved.add('acme')
  await router.pauseJobs({ tenantId: 'acme' })
  await router.resumeJobs({ tenantId: 'acme' })
  expect([old.calls, fresh.calls]).toEqual([[], ['pause acme', 'resume acme']])

  const neither = openRouter(createFakeProvider(withoutTenants), createFakeProvider(withoutTenants)).router
  await expect(neither.resumeJobs({ tenantId: 'acme' })).rejects.toMatchObject(refused)
})

test('an engine that fails does not keep the others from pausing', async () => {
  const pause = () => Promise.reject(new Error('down'))
  const { fresh, router } = openRouter(createFakeProvider({ pause }), createFakeProvider())
  await expect(router.pauseJobs({ definitionId: 'send-email' })).rejects.toThrow('down')
  expect(fresh.calls).toEqual(['pause send-email'])
})

test('a pause on several engines is listed once, since the first of them', async () => {
  const pausedAt = (ms: number) => [{ definitionId: 'send-email', since: new Date(ms) }]
  const { router } = openRouter(
    createFakeProvider({ ...withoutTenants, pauses: async () => pausedAt(9) }),
    createFakeProvider({ pauses: async () => [...pausedAt(5), { tenantId: 'acme' }, { tenantId: 'globex' }] }),
  )
  expect(await router.listPauses()).toEqual([...pausedAt(5), { tenantId: 'acme' }, { tenantId: 'globex' }])
  expect(await router.forTenant('acme').listPauses()).toEqual([...pausedAt(5), { tenantId: 'acme' }])
})
