import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { openProject, type Project } from '../kit/open-project.ts'
import { expectNoSecrets, secretWord } from '../kit/secrets.ts'

// What somebody triggers from the dashboard, or with the SDK alone.

let project: Project

beforeAll(async () => {
  project = await openProject()
  await project.start('jobs')
})

afterAll(() => project?.close())

async function trigger(taskId: string, payload: unknown): Promise<string> {
  return (await project.raw.tasks.trigger(taskId, payload)).id
}

describe("an event's task", () => {
  test('with the right payload alone runs, and reads back as any other job', async () => {
    const { client, journal } = project
    const id = await trigger('event-work__counted', { tenantId: 'acme', number: 7, extra: 'kept' })
    const status = await project.ended(id)
    expect(status).toMatchObject({ id, event: 'work.counted', tenantId: 'acme', state: 'completed' })
    expect(status.runs).toMatchObject([{ definitionId: 'counted', output: 7, attempts: 1, maxAttempts: 2 }])
    expect(journal.notes(id)).toMatchObject([
      { what: 'handled', payload: { tenantId: 'acme', number: 7, extra: 'kept' }, tenantId: 'acme', attempt: 1 },
    ])
    expect(new Date(journal.notes(id)[0]!['sentAt'] as string)).toEqual(status.createdAt)
    await expect(client.forTenant('acme').getJobStatus(id)).resolves.toMatchObject({ id })
    await expect(client.forTenant('other').getJobStatus(id)).rejects.toMatchObject({ code: 'job_not_found' })
  })

  test('with a payload that does not fit fails for good and says why; onFailure is called once', async () => {
    const { journal } = project
    const id = await trigger('event-work__counted', { tenantId: 'acme', number: secretWord })
    const status = await project.ended(id)
    expect(status).toMatchObject({ state: 'failed', runs: [{ attempts: 1, error: { code: 'payload_invalid' } }] })
    expect(status.runs[0]!.error!.message).toContain('must be a number')
    expectNoSecrets(status, journal.notes(id, 'logged'))
    expect(journal.notes(id, 'handled')).toEqual([])
    expect(journal.notes(id, 'onFailure')).toMatchObject([{ code: 'payload_invalid', payload: { number: secretWord } }])
  })

  test('without a tenant fails for good, and is no job of anybody', async () => {
    const { client, journal, raw, until } = project
    const id = await trigger('event-work__counted', { number: 7 })
    await until(async () => (await raw.runs.retrieve(id)).status === 'FAILED')
    const { error, attemptCount } = await raw.runs.retrieve(id)
    expect(error).toMatchObject({ name: 'TenantRequiredError' })
    expect(attemptCount).toBe(1)
    expect(journal.notes(id, 'handled')).toEqual([])
    expect(journal.notes(id, 'onFailure')).toMatchObject([{ code: 'tenant_required' }])
    await expect(client.getJobStatus(id)).rejects.toMatchObject({ code: 'job_not_found' })
  })

  test.each([
    ['a text', 'hello'],
    ['a number', 7],
    ['a list', [1, 2]],
    ['nothing', undefined],
    ['null', null],
    ['a tenant that is no text', { tenantId: { nested: true }, number: 7 }],
    ['an envelope that is none', { envelope: 'hello' }],
    ['an envelope without a tenant', { envelope: { v: 1, id: 'x', event: 'work.counted', payload: {}, sentAt: 1 } }],
  ])('with %s fails for good after one attempt, without a handler', async (_, payload) => {
    const { raw, journal, until } = project
    const id = await trigger('event-work__counted', payload)
    await until(async () => (await raw.runs.retrieve(id)).isCompleted)
    const { status, attemptCount, error } = await raw.runs.retrieve(id)
    expect({ status, attemptCount }).toEqual({ status: 'FAILED', attemptCount: 1 })
    expect(error!.name).toMatch(/^(TenantRequired|PayloadInvalid)Error$/)
    expect(journal.notes(id, 'handled')).toEqual([])
  })

  test("cannot be told another tenant than the payload's", async () => {
    const { journal } = project
    const payload = { tenantId: 'acme', number: 7 }
    const envelope = { v: 1, id: 'x', event: 'work.counted', tenantId: 'other', payload, sentAt: 1 }
    const id = await trigger('event-work__counted', { envelope })
    await expect(project.ended(id)).resolves.toMatchObject({ state: 'failed', runs: [{ attempts: 1 }] })
    expect(journal.notes(id, 'handled')).toEqual([])
  })

  test('runs the event of its own name, whatever the envelope says', async () => {
    const { journal } = project
    const payload = { tenantId: 'acme', number: 7 }
    const envelope = { v: 1, id: 'x', event: 'work.followed', tenantId: 'acme', payload, sentAt: 1 }
    const id = await trigger('event-work__counted', { envelope })
    await expect(project.ended(id)).resolves.toMatchObject({ event: 'work.counted', state: 'completed' })
    expect(journal.notes(id, 'handled')).toHaveLength(1)
  })

  test('replayed is another job, with the same payload', async () => {
    const { client, raw } = project
    const { id } = await client.sendJob('work.counted', { tenantId: 'acme', number: 7 })
    await project.ended(id)
    const replayed = await raw.runs.replay(id)
    expect(replayed.id).not.toBe(id)
    await expect(project.ended(replayed.id)).resolves.toMatchObject({
      id: replayed.id,
      tenantId: 'acme',
      state: 'completed',
      runs: [{ output: 7 }],
    })
    await expect(client.getJobStatus(id)).resolves.toMatchObject({ runs: [{ id }] })
  })

  test('with fewer attempts than the job has ends with the last of them, and onFailure is called once', async () => {
    const { raw, journal } = project
    const payload = { tenantId: 'acme', data: { throwIn: [1, 2] } }
    const { id } = await raw.tasks.trigger('event-work__asked', payload, { maxAttempts: 1 })
    await expect(project.ended(id)).resolves.toMatchObject({
      state: 'failed',
      runs: [{ attempts: 1, maxAttempts: 1 }],
    })
    expect(journal.notes(id, 'onFailure')).toMatchObject([{ message: 'attempt 1' }])
  })
})

describe("a definition's own task", () => {
  test.each([
    ['garbage', 'hello'],
    ['nothing', undefined],
    ["the event's payload", { tenantId: 'acme', number: 7 }],
    [
      'an envelope without a job',
      { envelope: { v: 1, id: 'x', event: 'work.counted', tenantId: 'acme', payload: {}, sentAt: 1 } },
    ],
  ])('with %s fails for good, and says which task to trigger', async (_, payload) => {
    const { raw, client, journal, until } = project
    const id = await trigger('job-counted', payload)
    await until(async () => (await raw.runs.retrieve(id)).isCompleted)
    const run = await raw.runs.retrieve(id)
    expect(run).toMatchObject({ status: 'FAILED', attemptCount: 1, error: { name: 'PayloadInvalidError' } })
    expect(run.error!.message).toContain('this task is triggered by the one of its event. Trigger that one')
    expect(run.metadata).toMatchObject({
      job: { definition: 'counted', failed: true, error: { code: 'payload_invalid' } },
    })
    expect(journal.all().filter(({ what, runId }) => what === 'handled' && runId === id)).toEqual([])
    await expect(client.getJobStatus(id)).rejects.toMatchObject({ code: 'job_not_found' })
  })
})

describe("a cron job's tick", () => {
  test.each([
    ['nothing', undefined],
    ['an empty object', {}],
    ['a text', 'hello'],
    ['a time as text', { timestamp: '2026-03-01T12:00:00.000Z' }],
    ['a time that is none', { timestamp: 'noon' }],
    ['a time', { timestamp: new Date(), timezone: 'UTC', type: 'IMPERATIVE' }],
  ])('by hand, with %s, ends and tells of the job that it made, if any', async (name, payload) => {
    const { raw, client, journal, until } = project
    const id = await trigger('tick-sweep', payload)
    await until(async () => (await raw.runs.retrieve(id)).isCompleted)
    const { status, output, attemptCount } = await raw.runs.retrieve(id)
    expect({ status, attemptCount }).toEqual({ status: 'COMPLETED', attemptCount: 1 })
    if (name === 'a time as text') return expect(output).toEqual({ sent: 0, dropped: true })
    expect(output).toMatchObject({ skipped: [] })
    const {
      jobs: [job],
    } = await client.listJobs({ event: 'cron/sweep', limit: 1 })
    await expect(project.ended(job!.id)).resolves.toMatchObject({ state: 'completed' })
    expect(journal.notes(job!.id, 'handled')).toHaveLength(1)
  })
})
