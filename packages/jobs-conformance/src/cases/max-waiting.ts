import assert from 'node:assert/strict'

import type { JobClient } from '@cgk-platform/jobs-core'

import type { CaseTools } from '../case-tools.ts'
import { casesOf } from '../cases-of.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'

const later = { delay: '1h' } as const

/** Calls `use` with a client that limits the waiting jobs of a tenant, then closes it. */
async function withLimit(t: CaseTools, perTenant: number, use: (client: JobClient) => Promise<void>): Promise<void> {
  const jobs = t.engine.hasNoDefinitions ? [] : [t.definition('conformance-plain')]
  const client = t.engine.createClient!({ jobs, maxWaiting: { perTenant } })
  try {
    await use(client)
  } finally {
    await client.close({ timeout: 0 })
  }
}

/** Cases: `maxWaiting` limits the jobs that wait for their first start. */
export const maxWaitingCases: readonly ConformanceCase[] = casesOf(rules.flowControl, [
  {
    id: 'too-many-waiting',
    title:
      'with `maxWaiting`, a send over the limit of a tenant fails, and not that of another tenant or after a cancel',
    requiredFeatures: ['maxWaiting', 'delay', 'cancelJob of a waiting job'],
    requiredEquipment: ['createClient'],
    run: (t) =>
      withLimit(t, 2, async (client) => {
        const send = (tenantId = t.tenantId) => t.send('conformance.plain', {}, { client, tenantId, options: later })
        const { id } = await send()
        await send()
        const { message } = await t.expectError('too_many_waiting', () => send())
        assert.match(message, /2 or more jobs of the tenant .* wait, and `maxWaiting\.perTenant` is 2/)
        await send(t.otherTenantId)
        await client.cancelJob(id)
        await send()
        await t.expectError('too_many_waiting', () => send())
      }),
  },
  {
    id: 'too-many-waiting-of-a-batch',
    title: 'with `maxWaiting`, `sendJobs` sends the items that have a place and returns an error for each other one',
    requiredFeatures: ['maxWaiting', 'delay'],
    requiredEquipment: ['createClient'],
    run: (t) =>
      withLimit(t, 2, async (client) => {
        const item = (tenantId: string) => ({ event: 'conformance.plain', payload: { tenantId }, options: later })
        const tenantIds = [t.tenantId, t.tenantId, t.tenantId, t.otherTenantId]
        const results = await client.sendJobs(tenantIds.map((tenantId) => item(tenantId) as never))
        assert.deepEqual(
          results.map((result) => result.ok || result.error.code),
          [true, true, 'too_many_waiting', true],
        )
      }),
  },
  {
    id: 'too-many-waiting-and-known-keys',
    title: 'with `maxWaiting`, a send with a known idempotency key returns its job, even if too many wait',
    requiredFeatures: ['maxWaiting', 'delay', 'idempotencyKey'],
    requiredEquipment: ['createClient'],
    run: (t) =>
      withLimit(t, 1, async (client) => {
        const send = (idempotencyKey: string) =>
          t.send('conformance.plain', {}, { client, options: { ...later, idempotencyKey } })
        const first = await send('one')
        await t.expectError('too_many_waiting', () => send('two'))
        const again = await send('one')
        assert.deepEqual([again.id, again.deduplicated], [first.id, true])
        await client.cancelJob(first.id)
        // The refused send has not taken its key.
        assert.equal((await send('two')).deduplicated, false)
      }),
  },
  {
    id: 'started-jobs-do-not-wait',
    title: 'with `maxWaiting`, a job whose run has started no longer counts',
    requiredFeatures: ['maxWaiting'],
    requiredEquipment: ['createClient'],
    run: (t) =>
      withLimit(t, 1, async (client) => {
        const stateOf = async (id: string) => (await client.getJobStatus(id)).state
        const held = await t.send('conformance.plain', { isHeld: true }, { client })
        await t.waitUntil('the first job runs', async () => (await stateOf(held.id)) === 'running')
        const next = await t.send('conformance.plain', {}, { client })
        t.release(held.id)
        for (const { id } of [held, next])
          await t.waitUntil('the job has ended', async () => (await stateOf(id)) === 'completed')
      }),
  },
])
