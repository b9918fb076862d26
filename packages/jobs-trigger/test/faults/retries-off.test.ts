import { afterAll, beforeAll, expect, test } from 'vitest'

import { openProject, type Project } from '../kit/open-project.ts'

// The vendor's own template has it: `retries: { enabledInDev: false }`.

let project: Project

beforeAll(async () => {
  project = await openProject()
  await project.start('jobs', { FAULTS_RETRIES: 'off' })
})

afterAll(() => project?.close())

const message =
  'Trigger.dev tries no run again here: the configuration of the project has `retries.enabledInDev: false`.'

test.each([
  { name: "the job's own run", options: {} },
  { name: 'a run of a definition', options: { idempotencyKey: 'once' } },
])('$name that fails is over, says so loudly, and onFailure is called once', async ({ options }) => {
  const { client, journal } = project
  const { id } = await client.sendJob('work.asked', { tenantId: 'acme', data: { throwIn: [1, 2] } }, options)
  const status = await project.ended(id)
  expect(status).toMatchObject({ state: 'failed', runs: [{ state: 'failed', attempts: 1, maxAttempts: 2 }] })
  expect(status.runs[0]!.error).toMatchObject({ message: 'attempt 1' })
  expect(status.runs[0]!.nextAttemptAt).toBeUndefined()
  expect(journal.notes(id, 'handled')).toHaveLength(1)
  expect(journal.notes(id, 'onFailure')).toMatchObject([{ runId: status.runs[0]!.id }])
  const errors = journal.notes(id, 'logged').filter(({ level }) => level === 'error')
  expect(errors).toContainEqual(expect.objectContaining({ message, definition: 'work' }))
})

test('a run that fails for good by itself is told once, as everywhere', async () => {
  const { raw, journal } = project
  const { id } = await raw.tasks.trigger('event-work__counted', { tenantId: 'acme' })
  await expect(project.ended(id)).resolves.toMatchObject({
    state: 'failed',
    runs: [{ error: { code: 'payload_invalid' } }],
  })
  expect(journal.notes(id, 'onFailure')).toHaveLength(1)
  expect(journal.notes(id, 'logged').map((line) => line['message'])).not.toContain(message)
})

test('a failed run can be retried by hand', async () => {
  const { client, journal } = project
  const { id } = await client.sendJob('work.asked', { tenantId: 'acme', data: { throwIn: [1] } })
  await project.ended(id)
  await client.retryJob(id)
  await expect(project.ended(id)).resolves.toMatchObject({
    state: 'failed',
    runs: [{}, { state: 'failed', attempts: 1 }],
  })
  expect(journal.notes(id, 'onFailure')).toHaveLength(2)
})
