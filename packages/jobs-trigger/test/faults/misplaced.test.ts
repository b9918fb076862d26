import { join } from 'node:path'

import { defineJob, InvalidOptionError } from '@cgk-platform/jobs-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { createTriggerTasks } from '../../src/tasks.ts'
import { startCliWorker } from '../kit/cli-worker.ts'
import { openProject, type Project } from '../kit/open-project.ts'

// Tasks that are made where Trigger.dev takes no notice of them.

const where = 'Call it at the top level of a file in one of the `dirs` of `trigger.config.ts`'

const kept = defineJob({ id: 'kept', event: 'work.asked', handler: () => 'done' })

let project: Project

beforeAll(async () => {
  project = await openProject({ jobs: [kept] })
})

afterAll(() => project?.close())

test('outside of a worker, as in the app that sends: it throws, and says where they belong', () => {
  expect(() => createTriggerTasks({ jobs: [kept] })).toThrow(InvalidOptionError)
  expect(() => createTriggerTasks({ jobs: [kept] })).toThrow('was called outside of a Trigger.dev worker')
  expect(() => createTriggerTasks({ jobs: [kept] })).toThrow(where)
})

test('by a module that `trigger.config.ts` imports: the CLI ends, and tells which line it was', async () => {
  const { server } = project
  const started = startCliWorker({ server, projectDir: join(import.meta.dirname, 'project-in-config') })
  await expect(started).rejects.toThrow(/X Error[^]*trigger\.config\.ts:3/)
  expect(server.workers()).toEqual([])
})

test('in a callback: it throws there; jobs wait, and healthCheck says that no task is registered', async () => {
  const { client, journal, raw, server, until } = project
  await project.start('in-callback')
  expect([...server.workers()[0]!.tasks.keys()]).toEqual(['other'])
  await raw.tasks.trigger('other', {}) // so that a process imports the file
  await until(() => journal.all().some(({ what }) => what === 'refused'))
  const refused = journal.all().find(({ what }) => what === 'refused')!
  expect(refused).toMatchObject({ name: 'InvalidOptionError', code: 'invalid_option' })
  expect(refused['message']).toContain('where Trigger.dev takes no notice of tasks, so none of the jobs would run')
  expect(refused['message']).toContain(where)

  const { id } = await client.sendJob('work.asked', { tenantId: 'acme' })
  await until(() => server.runs().at(-1)!.status === 'PENDING_VERSION')
  await expect(client.getJobStatus(id)).resolves.toMatchObject({ state: 'queued', runs: [] })
  const health = await client.healthCheck()
  expect(health.checks.at(-1)).toMatchObject({ name: 'tasks', ok: false })
  expect(health.checks.at(-1)!.message).toContain('not registered: `event-work__asked`')
})
