import { beforeEach, describe, expect, test } from 'vitest'
import * as z from 'zod/v4'

import { createFakeProvider, type FakeProvider, jobStatus } from '../../test/kit/fake-provider.ts'
import { untyped } from '../../test/kit/untyped.ts'
import { defineSignal } from '../events/define-signal.ts'
import { eventType } from '../events/event-type.ts'
import { defineJob } from '../jobs/define-job.ts'
import { defineWorkflow } from '../jobs/define-workflow.ts'
import type { RunStatus } from '../status/job-status.ts'
import { createClient } from './create-client.ts'
import type { JobClient } from './job-client.ts'
import { limitToTenant } from './limit-to-tenant.ts'

const approval = defineSignal('signal-job.approval', z.object({ by: z.string() }))
const event = 'signal/signal-job.approval'
const plain = defineJob({ id: 'signal-plain', payload: eventType<object>(), handler: () => 1 })
const workflow = defineWorkflow({ id: 'signal-workflow', payload: eventType<object>(), steps: () => 1 })

let fake: FakeProvider
let client: JobClient
beforeEach(() => {
  fake = createFakeProvider()
  client = createClient({ load: () => fake }, { jobs: [plain, workflow] })
  fake.jobs.set('job_1', jobStatus({ id: 'job_1', state: 'running', runs: [] }))
})

describe('signalJob', () => {
  test("sends an event of the job's tenant that only resolves waits", async () => {
    await client.signalJob('job_1', approval, { by: 'Ada' })
    expect(fake.sent).toMatchObject([
      {
        event,
        tenantId: 'acme',
        payload: { tenantId: 'acme', jobId: 'job_1', payload: { by: 'Ada' } },
        waitsOnly: true,
        references: ['job_1'],
      },
    ])
    expect(fake.sent[0]).not.toHaveProperty('idempotencyKey')
  })

  test('sends no reference on an engine without them', async () => {
    fake = createFakeProvider({ without: ['reference', 'workflows: events only for waits'] })
    fake.jobs.set('job_1', jobStatus({ id: 'job_1', state: 'queued' }))
    await createClient({ load: () => fake }, { jobs: [] }).signalJob('job_1', approval, { by: 'Ada' })
    expect(fake.sent).toHaveLength(1)
    expect(fake.sent[0]).not.toHaveProperty('references')
  })

  test('throws on an engine without workflows', async () => {
    const { signalJob } = createClient({ load: () => createFakeProvider({ without: ['workflows'] }) }, { jobs: [] })
    const refusal = { code: 'unsupported_feature', feature: 'workflows' }
    await expect(signalJob('job_1', approval, { by: 'A' })).rejects.toMatchObject(refusal)
  })

  test('has an idempotency key of its own for each job', async () => {
    fake.jobs.set('job_2', jobStatus({ id: 'job_2', state: 'running' }))
    for (const id of ['job_1', 'job_2']) await client.signalJob(id, approval, { by: 'A' }, { idempotencyKey: 'click' })
    expect(fake.sent.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['job_1/click', 'job_2/click'])
    const tooLong = client.signalJob('job_1', approval, { by: 'A' }, { idempotencyKey: 'x'.repeat(201) })
    await expect(tooLong).rejects.toMatchObject({ code: 'invalid_option' })
  })

  test.each(['completed', 'failed', 'cancelled', 'expired', 'superseded', 'unhandled'] as const)(
    'throws for a job that is %s',
    async (state) => {
      fake.jobs.set('job_1', jobStatus({ id: 'job_1', state }))
      await expect(client.signalJob('job_1', approval, { by: 'A' })).rejects.toMatchObject({
        code: 'job_not_signalable',
        jobId: 'job_1',
        state,
        message: expect.stringContaining(state === 'failed' ? 'Retry it first' : 'Send its event again'),
      })
      expect(fake.sent).toEqual([])
    },
  )

  test('throws if all runs are known not to be workflows', async () => {
    const runOf = (definitionId: string): RunStatus =>
      ({ id: 'run_1', definitionId, state: 'running', attempts: 1, maxAttempts: 3 }) as const
    const running = (...ids: string[]) =>
      fake.jobs.set('job_1', jobStatus({ id: 'job_1', state: 'running', runs: ids.map(runOf) }))
    running('signal-plain')
    await expect(client.signalJob('job_1', approval, { by: 'A' })).rejects.toMatchObject({
      code: 'job_not_signalable',
      message: expect.stringContaining('Its runs are no workflows'),
    })
    for (const ids of [['signal-plain', 'signal-workflow'], ['signal-plain', 'elsewhere'], []]) {
      running(...ids)
      await client.signalJob('job_1', approval, { by: 'A' })
    }
    expect(fake.sent).toHaveLength(3)
  })

  test('accepts a name, and any object as the payload of a signal that this process does not know', async () => {
    await client.signalJob('job_1', 'elsewhere', { any: 'thing' })
    expect(fake.sent).toMatchObject([{ event: 'signal/elsewhere', payload: { payload: { any: 'thing' } } }])
    await expect(client.signalJob('job_1', 'elsewhere', null)).rejects.toMatchObject({
      code: 'payload_invalid',
      issues: [{ path: 'payload', message: 'is null, not an object' }],
    })
    await expect(client.signalJob('job_1', 'signal-job.approval', { by: 5 })).rejects.toMatchObject({
      code: 'payload_invalid',
      event,
      issues: [{ path: 'payload.by' }],
    })
  })

  test.each([undefined, null, '', 'a b', {}, { name: 5 }])('refuses %j as the signal', async (signal) => {
    await expect(untyped(client).signalJob('job_1', signal, {})).rejects.toMatchObject({
      code: 'invalid_option',
      message: expect.stringContaining('`defineSignal`'),
    })
  })

  test('of a limited client hides what the schema says of other tenants', async () => {
    const moved = defineSignal('signal-job.moved', z.object({ to: z.enum(['globex', 'initech']) }))
    await expect(limitToTenant(client, 'acme').signalJob('job_1', moved, { to: 'x' as never })).rejects.toMatchObject({
      code: 'payload_invalid',
      issues: [{ path: 'payload.to', message: 'The signal does not accept this value.' }],
    })
  })

  test('is checked by the schema of a signal that the client does not know', async () => {
    const other = { name: 'signal-job.unknown', payload: z.object({ by: z.string() }) }
    await expect(client.signalJob('job_1', other, { by: 5 as never })).rejects.toMatchObject({
      code: 'payload_invalid',
    })
  })
})

test('the event of a signal cannot be sent or awaited by its name', async () => {
  await expect(untyped(client).sendJob(event, { tenantId: 'acme', payload: {} })).rejects.toMatchObject({
    code: 'unknown_event',
    message: expect.stringContaining('`signalJob`'),
  })
})
