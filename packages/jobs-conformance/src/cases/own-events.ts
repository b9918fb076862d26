import assert from 'node:assert/strict'

import { createJobs, defineJob, eventType, type JobProvider } from '@cgk-platform/jobs-core'
import { type StandardSchemaV1, withSeparateRegistry } from '@cgk-platform/jobs-core/tools'

import { type ConformanceCase, rules } from '../conformance-case.ts'
import { untyped } from '../untyped-client.ts'

const job = 'conformance-own'
const workflow = 'conformance-own-workflow'

/** Cases: jobs and workflows with `payload`, which have an event of their own. */
export const ownEventCases: readonly ConformanceCase[] = [
  {
    id: 'a-job-with-payload',
    rule: rules.terms,
    title: 'a job with `payload` is sent itself, receives the output of its schema and is retried',
    async run(t) {
      const script = { failure: { as: 'error', attempts: 1 }, returns: 'done' }
      const payload = { tenantId: t.tenantId, word: 'small', script }
      const handle = await untyped(t.client).sendJob(t.definition(job), payload)
      assert.equal(handle.event, `job/${job}`)
      const { event, state, runs } = await t.waitForEnd(handle.id)
      assert.deepEqual(
        [event, state, runs.map(({ definitionId, attempts, output }) => [definitionId, attempts, output])],
        [`job/${job}`, 'completed', [[job, 2, 'done']]],
      )
      const [started] = t.journal({ jobId: handle.id, kind: 'started' })
      assert.deepEqual(
        [started?.details['payload'], (started?.details['event'] as { name: string }).name],
        [{ tenantId: t.tenantId, word: 'SMALL' }, `job/${job}`],
      )
    },
  },
  {
    id: 'jobs-with-payload-are-listed',
    rule: rules.terms,
    title: 'jobs with `payload` are sent for a tenant and in batches, and listed by their event',
    requiredFeatures: ['listJobs'],
    async run(t) {
      const definition = t.definition(job)
      const ofTenant = untyped(t.client.forTenant(t.tenantId))
      const { id } = await ofTenant.sendJob(definition, { word: 'one' })
      const results = await ofTenant.sendJobs([
        { event: definition, payload: { word: 'two' } },
        { event: definition, payload: { word: 2 } },
      ])
      assert.deepEqual(
        results.map((result) => (result.ok ? 'ok' : result.error.code)),
        ['ok', 'payload_invalid'],
      )
      const ids = [id, ...results.flatMap((result) => (result.ok ? [result.job.id] : []))]
      for (const each of ids) await t.waitForEnd(each)
      await t.waitUntil('the two jobs are listed', async () => {
        const { jobs } = await ofTenant.listJobs({ event: `job/${job}` })
        return jobs.length === 2 && jobs.every((listed) => ids.includes(listed.id))
      })
    },
  },
  {
    id: 'own-event-waits-for-its-definition',
    rule: rules.terms,
    title: 'a job with `payload` that no worker has waits, while others run, and can be cancelled',
    requiredFeatures: ['jobs wait for their definition', 'cancelJob of a waiting job'],
    async run(t) {
      const missing = withSeparateRegistry(() =>
        defineJob({ id: t.unique('missing'), payload: eventType<object>(), handler: () => undefined }),
      )
      const { id } = await untyped(t.client).sendJob(missing, { tenantId: t.tenantId })
      await t.waitForEnd((await t.send('conformance.plain')).id)
      await t.waitForEnd((await t.send('conformance.nobody')).id)
      const { state, runs } = await t.client.getJobStatus(id)
      assert.deepEqual([state, runs], ['queued', []])
      assert.equal((await t.client.cancelJob(id)).state, 'cancelled')
    },
  },
  {
    id: 'payload-of-a-job-refused',
    rule: rules.validation,
    title: 'a job with `payload` is refused at the send without a tenant or with a payload that its schema rejects',
    async run(t) {
      const definition = t.definition(job)
      const { sendJob } = untyped(t.client)
      await t.expectError('tenant_required', () => sendJob(definition, { word: 'x' }))
      const error = await t.expectError('payload_invalid', () => sendJob(definition, { tenantId: t.tenantId, word: 5 }))
      assert.match(error.message, /payload\.word/)
      await t.advance(300)
      assert.deepEqual(t.journal({ tenantId: t.tenantId }), [])
    },
  },
  {
    id: 'a-workflow-with-payload',
    rule: rules.workflows,
    title: 'a workflow with `payload` is sent itself; its steps send and run a job with `payload`',
    requiredFeatures: ['workflows'],
    async run(t) {
      const program = [
        { do: 'job', id: 'run', definition: job, script: { returns: 3 } },
        { do: 'send', id: 'send', definition: job, payload: { word: 'later' } },
      ]
      const { id } = await untyped(t.client).sendJob(t.definition(workflow), { tenantId: t.tenantId, program })
      const { event, state, runs } = await t.waitForEnd(id)
      assert.deepEqual([event, state, runs[0]?.definitionId], [`job/${workflow}`, 'completed', workflow])
      const [returned, handle] = runs[0]?.output as [number, { id: string; event: string; tenantId: string }]
      assert.deepEqual([returned, handle.event, handle.tenantId], [3, `job/${job}`, t.tenantId])
      assert.equal((await t.waitForEnd(handle.id)).state, 'completed')
      const [sent] = t.journal({ jobId: handle.id, kind: 'started' })
      assert.deepEqual(sent?.details['payload'], { tenantId: t.tenantId, word: 'LATER' })
    },
  },
  {
    id: 'jobs-of-their-own-events',
    rule: rules.validation,
    title: 'a client of `createJobs` knows the events of it alone, also if another client has events of the same name',
    requiredEquipment: ['createClient'],
    async run(t) {
      const word = withSchema((payload) => typeof (payload as { word?: unknown }).word === 'string')
      const events = { 'conformance.nobody': word, 'conformance.separate': word }
      const client = t.engine.createClient!({ jobs: createJobs({ events, provider: unopened }) })
      const send = (event: string, payload: object) =>
        untyped(client).sendJob(event, { tenantId: t.tenantId, ...payload })
      try {
        const { event } = await send('conformance.nobody', { word: 'one' })
        assert.equal(event, 'conformance.nobody')
        await t.expectError('payload_invalid', () => send('conformance.nobody', {}))
        await t.expectError('payload_invalid', () => send('conformance.separate', {}))
        await t.expectError('unknown_event', () => send('conformance.plain', {}))
      } finally {
        await client.close()
      }
      await t.send('conformance.nobody')
      await t.expectError('unknown_event', () =>
        untyped(t.client).sendJob('conformance.separate', { tenantId: t.tenantId, word: 'one' }),
      )
    },
  },
]

/** The provider of jobs that are only passed to another client. */
const unopened = {} as JobProvider

function withSchema(accepts: (payload: unknown) => boolean): StandardSchemaV1<{ word: string }> {
  const issues = [{ message: 'has no word' }]
  return {
    '~standard': {
      version: 1,
      vendor: 'conformance',
      validate: (value) => (accepts(value) ? { value: value as { word: string } } : { issues }),
    },
  }
}
