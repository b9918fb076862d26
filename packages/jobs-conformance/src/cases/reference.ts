import assert from 'node:assert/strict'

import type { CancelOptions, JobClient, TenantClient } from '@cgk-platform/jobs-core'

import type { CaseTools } from '../case-tools.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'
import { casesOf } from '../cases-of.ts'
import { untyped } from '../untyped-client.ts'
import { runProgram } from '../workflow-tools.ts'

/** Cases: jobs that are found and cancelled by what they are about. */
export const referenceCases: readonly ConformanceCase[] = casesOf(rules.terms, [
  {
    id: 'reference-in-status',
    title: 'a status has the references of the send, each once',
    requiredFeatures: ['reference'],
    async run(t) {
      const send = async (reference?: unknown) => (await t.send('conformance.plain', {}, { options: { reference } })).id
      assert.deepEqual((await t.waitForEnd(await send('order_1'))).references, ['order_1'])
      const several = await t.waitForEnd(await send(['order_1', 'Kunde 7, „é“ ~%', 'order_1']))
      assert.deepEqual(several.references, ['order_1', 'Kunde 7, „é“ ~%'])
      for (const none of [undefined, []]) {
        assert.ok(!('references' in (await t.waitForEnd(await send(none)))), 'A job without a reference has some.')
      }
      const { id } = await t.send('conformance.once', { failure: { as: 'error' } }, { options: { reference: 'kept' } })
      assert.deepEqual((await t.waitForEnd(id)).references, ['kept'])
    },
  },
  {
    id: 'reference-limits',
    title: 'a send takes up to five references of 1 to 128 characters, and an invalid one throws',
    requiredFeatures: ['reference'],
    async run(t) {
      const send = (reference: unknown) => t.send('conformance.nobody', {}, { options: { reference } })
      const five = ['a', 'b', 'c', 'd', 'x'.repeat(128)]
      const { id } = await send(five)
      assert.deepEqual((await t.waitForEnd(id)).references, five)
      const invalid = [[...five, 'f'], '', ' ', 'x'.repeat(129), '\uD800', 7, null, {}, [''], [7], [['a']], [undefined]]
      for (const reference of invalid) {
        const error = await t.expectError('invalid_option', () => send(reference))
        assert.ok(error.message.includes('reference'), error.message)
      }
      for (const reference of ['', ' ', 'x'.repeat(129), 7, ['a'], undefined]) {
        await t.expectError('invalid_option', () => untyped(t.client).cancelJobs({ reference }))
        if (reference !== undefined) {
          await t.expectError('invalid_option', () => untyped(t.client).listJobs({ reference }))
        }
      }
      await t.expectError('invalid_option', () => untyped(t.client).cancelJobs({}))
      await t.expectError('invalid_option', () => untyped(t.client).cancelJobs())
      await t.expectError('invalid_option', () => untyped(t.client).cancelJobs({ reference: 'a', tenantId: undefined }))
      await t.expectError('invalid_option', () => untyped(t.client).cancelJobs({ reference: 'a', state: 'failed' }))
    },
  },
  {
    id: 'list-by-reference',
    title: '`listJobs` finds the jobs of a reference, of one tenant or of all, together with other filters, in pages',
    requiredFeatures: ['reference'],
    async run(t) {
      const [reference, other] = [t.unique('order'), t.unique('other')]
      const send = async (event: 'conformance.plain' | 'conformance.nobody', given: unknown, tenantId = t.tenantId) => {
        const { id } = await t.send(event, {}, { tenantId, options: { reference: given } })
        await t.waitForEnd(id)
        await t.advance(5)
        return id
      }
      const first = await send('conformance.plain', reference)
      const second = await send('conformance.nobody', [other, reference])
      const third = await send('conformance.plain', reference)
      const foreign = await send('conformance.plain', reference, t.otherTenantId)
      await send('conformance.plain', `${reference}x`)
      await send('conformance.plain', undefined)

      const { tenantId } = t
      await waitUntilListed(t, t.client, { reference }, 4)
      assert.deepEqual(await idsOf(t.client, { reference }), [foreign, third, second, first])
      assert.deepEqual(await idsOf(t.client, { reference, tenantId }), [third, second, first])
      assert.deepEqual(await idsOf(t.client, { reference: other, tenantId }), [second])
      assert.deepEqual(await idsOf(t.client, { reference, tenantId, event: 'conformance.plain' }), [third, first])
      assert.deepEqual(await idsOf(t.client, { reference, tenantId, state: 'completed' }), [third, first])
      assert.deepEqual(await idsOf(t.client, { reference, tenantId, state: 'unhandled' }), [second])
      assert.deepEqual(await idsOf(t.client, { reference, tenantId, state: 'failed' }), [])
      assert.deepEqual(await idsOf(t.client, { reference: t.unique('nothing') }), [])
      assert.deepEqual(await idsOf(t.client, { reference, limit: 1 }), [foreign, third, second, first])
      assert.deepEqual(await idsOf(t.client, { reference, tenantId, limit: 2 }), [third, second, first])
      assert.deepEqual(await idsOf(t.client.forTenant(t.otherTenantId), { reference }), [foreign])
    },
  },
  {
    id: 'references-that-look-alike',
    title: 'a reference finds only jobs with exactly this reference',
    requiredFeatures: ['reference'],
    async run(t) {
      const start = t.unique('same')
      const long = start.padEnd(127, 'x')
      const references = [
        `${start}%`,
        `${start}_`,
        `${start},`,
        `${start} a`,
        start.toUpperCase(),
        `${long}1`,
        `${long}2`,
      ]
      const sent = new Map<string, string>()
      for (const reference of references) {
        sent.set(reference, (await t.send('conformance.nobody', {}, { options: { reference } })).id)
      }
      for (const [reference, id] of sent) {
        await waitUntilListed(t, t.client, { reference, tenantId: t.tenantId }, 1)
        assert.deepEqual(await idsOf(t.client, { reference, tenantId: t.tenantId }), [id])
      }
    },
  },
  {
    id: 'retried-job-keeps-reference',
    title: 'a retried job keeps its references and is listed once',
    requiredFeatures: ['reference', 'retryJob'],
    async run(t) {
      const reference = t.unique('order')
      const { id } = await t.send('conformance.once', { failure: { as: 'error' } }, { options: { reference } })
      await t.waitForEnd(id)
      await t.client.retryJob(id)
      assert.deepEqual((await t.waitForEnd(id)).references, [reference])
      await waitUntilListed(t, t.client, { reference, tenantId: t.tenantId }, 1)
      assert.deepEqual(await idsOf(t.client, { reference, tenantId: t.tenantId }), [id])
    },
  },
  {
    id: 'duplicate-keeps-first-reference',
    title: 'a send with an idempotency key in use does not change the references of the first job',
    requiredFeatures: ['reference', 'idempotencyKey'],
    async run(t) {
      const [first, second, idempotencyKey] = [t.unique('first'), t.unique('second'), t.unique('key')]
      const send = (reference: string) => t.send('conformance.nobody', {}, { options: { reference, idempotencyKey } })
      const { id } = await send(first)
      await t.waitForEnd(id)
      const again = await send(second)
      assert.deepEqual([again.id, again.deduplicated], [id, true])
      const { tenantId } = t
      await waitUntilListed(t, t.client, { reference: first, tenantId }, 1)
      assert.deepEqual((await t.client.getJobStatus(id)).references, [first])
      assert.deepEqual(await idsOf(t.client, { reference: second, tenantId }), [])
    },
  },
  {
    id: 'cancel-by-reference',
    title: '`cancelJobs` cancels the jobs of a reference that have not ended, and only those',
    requiredFeatures: ['reference', 'delay', 'cancelJob of a waiting job', 'cancelJob of a running job'],
    async run(t) {
      const [reference, other] = [t.unique('order'), t.unique('other')]
      const send = async (script: object, options: object, tenantId?: string) =>
        (
          await t.send('conformance.plain', script, {
            options: { reference, ...options },
            ...(tenantId && { tenantId }),
          })
        ).id
      const ended = await send({}, {})
      await t.waitForEnd(ended)
      const delayed = await send({}, { delay: '1h' })
      const delayedOther = await send({}, { delay: '1h', reference: other })
      const foreign = await send({}, { delay: '1h' }, t.otherTenantId)
      const running = await send({ waitMs: 600_000 }, { reference: [other, reference] })
      await t.waitForEntry({ jobId: running, kind: 'started' })
      await t.waitForState(running, 'running')
      const { tenantId } = t
      await waitUntilListed(t, t.client, { reference }, 4)
      await waitUntilListed(t, t.client, { reference: other, tenantId }, 2)

      const cancelled = await t.client.cancelJobs({ reference, tenantId })
      assert.deepEqual(cancelled.toSorted(), [delayed, running].toSorted())
      await t.waitForEntry({ jobId: running, kind: 'aborted' })
      const stateOf = async (id: string) => (await t.client.getJobStatus(id)).state
      assert.deepEqual(await Promise.all([ended, delayed, running, foreign, delayedOther].map(stateOf)), [
        'completed',
        'cancelled',
        'cancelled',
        'scheduled',
        'scheduled',
      ])
      assert.deepEqual(await t.client.cancelJobs({ reference, tenantId }), [])

      assert.deepEqual(await t.client.forTenant(t.tenantId).cancelJobs({ reference }), [])
      assert.deepEqual(await t.client.forTenant(t.tenantId).cancelJobs({ reference: other }), [delayedOther])
      assert.equal(await stateOf(foreign), 'scheduled')
      const tenantClient = untyped(t.client.forTenant(t.tenantId))
      await t.expectError('tenant_mismatch', () => tenantClient.cancelJobs({ reference, tenantId: t.otherTenantId }))
      assert.deepEqual(await t.client.cancelJobs({ reference }), [foreign])
    },
  },
  {
    id: 'cancel-by-reference-and-event',
    title: '`cancelJobs` with an event cancels only the jobs of this event, and one that waits for a retry',
    requiredFeatures: ['reference', 'delay', 'cancelJob of a waiting job'],
    async run(t) {
      const reference = t.unique('order')
      const failing = { failure: { as: 'retryAfter', afterMs: t.longerThan(5000) } } as const
      const retrying = await t.send('conformance.plain', failing, { options: { reference } })
      const other = await t.send('conformance.once', {}, { options: { reference, delay: '1h' } })
      await t.waitForEntry({ jobId: retrying.id, kind: 'threw' })
      const { tenantId } = t
      await waitUntilListed(t, t.client, { reference, tenantId }, 2)
      const filter = { reference, tenantId, event: 'conformance.plain' as never }
      assert.deepEqual(await t.client.cancelJobs(filter), [retrying.id])
      assert.equal((await t.client.getJobStatus(other.id)).state, 'scheduled')
      assert.deepEqual(await t.client.cancelJobs({ reference, tenantId }), [other.id])
      assert.equal((await t.client.getJobStatus(retrying.id)).state, 'cancelled')
    },
  },
  {
    id: 'workflow-sends-reference',
    title: 'a step sends with references',
    requiredFeatures: ['reference', 'workflows'],
    async run(t) {
      const [first, second] = [t.unique('sent'), t.unique('run')]
      await runProgram(t, [
        { do: 'send', id: 'tell', options: { reference: first } },
        { do: 'job', id: 'run', options: { reference: [second, first] } },
      ])
      const { tenantId } = t
      await waitUntilListed(t, t.client, { reference: first, tenantId }, 2)
      const [ran] = (await t.client.listJobs({ reference: second, tenantId })).jobs
      assert.deepEqual(ran?.references, [second, first])
    },
  },
])

/** Returns the ids of all listed jobs, page by page. */
async function idsOf(client: JobClient | TenantClient, filter: CaseFilter): Promise<string[]> {
  const ids: string[] = []
  for (let cursor: string | undefined, pages = 0; pages === 0 || cursor !== undefined; pages++) {
    assert.ok(pages < 50, 'The list has no end.')
    const page = await untyped(client).listJobs({ ...filter, cursor })
    assert.ok(page.jobs.length <= (filter.limit ?? 50), 'A page has more jobs than its limit.')
    for (const job of page.jobs) {
      assert.ok(job.references?.includes(filter.reference), 'A listed job lacks the reference.')
      ids.push(job.id)
    }
    cursor = page.cursor
  }
  return ids
}

type CaseFilter = Omit<CancelOptions, 'event'> & { event?: string; limit?: number; state?: string }

/** Waits until an engine lists new jobs, which some do with a delay. */
async function waitUntilListed(t: CaseTools, client: JobClient, filter: CaseFilter, count: number): Promise<void> {
  await t.waitUntil('the jobs are listed', async () => (await idsOf(client, filter)).length === count)
}
