import { afterAll, beforeAll, expect, test } from 'vitest'

import type { Note } from '../kit/journal.ts'
import { openProject, type Project } from '../kit/open-project.ts'
import type { Act } from './project/act.ts'

// With `processKeepAlive` one process makes one run after the other.

let project: Project

beforeAll(async () => {
  project = await openProject()
  await project.start('jobs')
})

afterAll(() => project?.close())

async function run(tenantId: string, act: Act = {}, options = {}): Promise<{ id: string; handled: Note }> {
  const { client, journal } = project
  const { id } = await client.sendJob('work.asked', { tenantId, data: act }, options)
  await project.ended(id)
  return { id, handled: journal.notes(id, 'handled').at(-1)! }
}

test('nothing that a run left behind is there for the next one', async () => {
  const { raw, journal, until } = project
  const first = await run('acme', { litters: true })
  // A job has ended a moment before its process is free for the next, so that another may have made that.
  let second = await run('globex')
  while (second.handled.pid !== first.handled.pid) second = await run('globex')
  expect(second.handled).toMatchObject({ tenantId: 'globex', jobId: second.id, attempt: 1, maxAttempts: 2 })
  expect(second.handled['stored']).toBeUndefined()
  expect(second.handled['metadata']).not.toHaveProperty('litter')

  const { metadata } = await raw.runs.retrieve(second.id)
  expect(Object.keys(metadata!)).toEqual(['job'])
  await until(() => journal.all().some(({ message }) => message === 'A line long after.'))
  const late = journal.all().find(({ message }) => message === 'A line long after.')
  expect(late).toMatchObject({ jobId: first.id, tenantId: 'acme', attempt: 1 })
})

test('what it left to be sent later is a job of its own tenant, and a child of no run', async () => {
  const { client, raw, server, until } = project
  await run('left', { litters: true })
  const next = await run('globex')
  const sent = () =>
    server.runs().find(({ tags }) => tags.includes('tenant:left') && tags.includes('event:work.followed'))
  await until(() => sent() !== undefined)
  const { friendlyId } = sent()!
  await expect(project.ended(friendlyId)).resolves.toMatchObject({ tenantId: 'left', state: 'completed' })
  expect((await raw.runs.retrieve(friendlyId)).relatedRuns.parent).toBeUndefined()
  await expect(client.getJobStatus(next.id)).resolves.toMatchObject({ runs: [{ definitionId: 'work' }] })
})

test('its lines say whose they are', async () => {
  const { journal } = project
  for (const tenantId of ['acme', 'globex', 'acme']) {
    const { id, handled } = await run(tenantId)
    const { runId } = handled
    expect(journal.notes(id, 'logged')).toMatchObject([
      { message: 'A line of the handler.', tenantId, runId, attempt: 1, definition: 'work' },
    ])
  }
})

test('a send that asks for fewer attempts changes nothing for the next, nor one that asks for more', async () => {
  const { client } = project
  const always = { throwIn: [1, 2, 3, 4] }
  const attempts: unknown[] = []
  const pids = new Set<number>()
  for (const options of [{}, { maxAttempts: 1 }, {}, { maxAttempts: 4 }, {}]) {
    const { id, handled } = await run('acme', always, options)
    const [made] = (await client.getJobStatus(id)).runs
    attempts.push([made!.attempts, made!.maxAttempts])
    pids.add(handled.pid)
  }
  expect(attempts).toEqual([
    [2, 2],
    [1, 1],
    [2, 2],
    [4, 4],
    [2, 2],
  ])
  // Some of them were made one after the other in one process.
  expect(pids.size).toBeLessThan(attempts.length)
})

test('a cancelled run leaves no aborted signal behind', async () => {
  const { client, journal, until } = project
  const gate = journal.gate()
  const { id } = await client.sendJob('work.asked', { tenantId: 'acme', data: { gate: gate.path } })
  await until(() => journal.notes(id, 'handled').length > 0)
  await expect(client.cancelJob(id)).resolves.toMatchObject({ state: 'cancelled' })
  await until(() => journal.notes(id, 'aborted').length > 0)
  const next = await run('globex')
  await expect(client.getJobStatus(next.id)).resolves.toMatchObject({ state: 'completed' })
  expect(journal.notes(next.id, 'aborted')).toEqual([])
})

test('a job that a handler sends is a child of no run, so that no cancel takes it along', async () => {
  const { server } = project
  await run('sender', { sends: true })
  const sent = server
    .runs()
    .findLast(({ tags }) => tags.includes('tenant:sender') && tags.includes('event:work.followed'))!
  expect(sent.parentId).toBeUndefined()
  await expect(project.ended(sent.friendlyId)).resolves.toMatchObject({ state: 'completed', tenantId: 'sender' })
})
