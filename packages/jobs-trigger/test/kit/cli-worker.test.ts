import { join } from 'node:path'

import { TriggerClient } from '@trigger.dev/sdk'
import { afterAll, beforeAll, expect, it } from 'vitest'

import { createLoopbackServer, type LoopbackServer } from '../loopback/index.ts'
import { type CliWorker, startCliWorker } from './cli-worker.ts'

const projectDir = join(import.meta.dirname, '../fixtures/raw-project')

let server: LoopbackServer
let worker: CliWorker
let client: TriggerClient

beforeAll(async () => {
  server = await createLoopbackServer()
  client = new TriggerClient({ baseURL: server.url, accessToken: server.secretKey })
  worker = await startCliWorker({ server, projectDir, env: { MARKER: 'from the test' } })
})

afterAll(async () => {
  await worker?.close()
  await server.close()
})

async function runUntil(id: string, ...statuses: string[]) {
  await expect.poll(async () => (await client.runs.retrieve(id)).status).toBeOneOf(statuses)
  return client.runs.retrieve(id)
}

it('registers the tasks of the project, and runs one with the environment that it was given', async () => {
  expect([...server.workers()[0]!.tasks.keys()].toSorted()).toContain('echo')
  const { id } = await client.tasks.trigger('echo', { a: new Date(0) }, { tags: ['tag'] })
  const { output } = await runUntil(id, 'COMPLETED')
  expect(output).toMatchObject({ echoed: { a: '1970-01-01T00:00:00.000Z' }, tags: ['tag'], marker: 'from the test' })
  expect(worker.workerPids()).toContain(output.pid)
  expect(worker.output()).toContain('echo')
})

it('retries in place after the delays of `catchError`, and no more than asked', async () => {
  const { id } = await client.tasks.trigger('flaky', { succeedsAt: 3, delaysMs: [100, 200] })
  const run = await runUntil(id, 'COMPLETED')
  expect(run).toMatchObject({ output: 3, attemptCount: 3, metadata: { code: 'attempt 2 failed' } })
  const [first, second] = [1, 2].map((attempt) => runOf(id).snapshots.find((each) => each.attemptNumber === attempt)!)
  expect(second!.createdAt.getTime() - first!.createdAt.getTime()).toBeGreaterThanOrEqual(100)
  const { id: last } = await client.tasks.trigger('flaky', { succeedsAt: 9, delaysMs: [] })
  expect(await runUntil(last, 'FAILED')).toMatchObject({ attemptCount: 1, error: { message: 'attempt 1 failed' } })
})

it('gives a run back for a retry of 30 s and more', async () => {
  const { id } = await client.tasks.trigger('flaky', { succeedsAt: 2, delaysMs: [40_000] })
  const run = await runUntil(id, 'QUEUED')
  await expect.poll(async () => (await client.runs.retrieve(id)).attemptCount).toBe(1)
  expect(run.finishedAt).toBeUndefined()
  await client.runs.cancel(id)
  expect((await client.runs.retrieve(id)).status).toBe('CANCELED')
})

it("retries an exited process by the task's own settings, and a killed one not at all", async () => {
  const { id } = await client.tasks.trigger('crash', { exitCode: 3 })
  expect(await runUntil(id, 'CRASHED')).toMatchObject({ attemptCount: 2 })
  const { id: killed } = await client.tasks.trigger('crash', {})
  const pid = async () => (await client.runs.retrieve(killed)).metadata?.['pid']
  await expect.poll(pid).toBeTypeOf('number')
  process.kill((await pid()) as number, 'SIGKILL')
  expect(await runUntil(killed, 'CRASHED')).toMatchObject({ attemptCount: 1 })
})

it('tells the worker of a cancelled run by socket, before it asks by itself', async () => {
  expect(server.connectedWorkers()).toBe(1)
  const { id } = await client.tasks.trigger('endless', {})
  await runUntil(id, 'EXECUTING')
  await expect.poll(() => runOf(id).snapshots.at(-1)!.executionStatus).toBe('EXECUTING')
  await client.runs.cancel(id)
  await expect.poll(() => runOf(id).completedAt).toBeDefined()
  const told = { path: `/engine/v1/dev/runs/${id}/logs/debug`, body: { message: 'run:notify received by runner' } }
  expect(server.requests).toContainEqual(expect.objectContaining({ ...told, body: expect.objectContaining(told.body) }))
  const run = await client.runs.retrieve(id)
  expect(run).toMatchObject({ status: 'CANCELED', error: { message: 'Canceled by user' } })
})

it('lets a task trigger children, a keyed one once', async () => {
  const { id } = await client.tasks.trigger('parent', { count: 3 })
  const { output, relatedRuns } = await runUntil(id, 'COMPLETED')
  expect(new Set(output).size).toBe(1)
  expect(relatedRuns.children).toHaveLength(4)
  for (const child of relatedRuns.children!)
    expect((await runUntil(child.id, 'COMPLETED')).relatedRuns.parent?.id).toBe(id)
})

it('lets a task wait for a time, for a child and for an answer', async () => {
  const { id } = await client.tasks.trigger('waits', { seconds: 6 })
  const waiting = new URLSearchParams({ 'filter[status]': 'WAITING', 'filter[tags]': 'answer' })
  const ask = async (path: string, body?: object) => {
    const method = body ? 'POST' : 'GET'
    const headers = { authorization: `Bearer ${server.secretKey}` }
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) }
    return (await fetch(`${server.url}/api/v1/waitpoints/tokens${path}`, init)).json() as Promise<{
      data: { id: string }[]
    }>
  }
  await expect.poll(async () => (await ask(`?${waiting.toString()}`)).data).toHaveLength(1)
  const [token] = (await ask(`?${waiting.toString()}`)).data
  await ask(`/${token!.id}/complete`, { data: { yes: true } })
  const { output } = await runUntil(id, 'COMPLETED')
  expect(output).toEqual({ child: 'waited for', answer: { ok: true, output: { yes: true } } })
})

it('serves a project to two workers at once, and the newest version counts', async () => {
  const second = await startCliWorker({ server, projectDir })
  try {
    expect(server.workers()).toHaveLength(1) // the same code is the same version
    const { id } = await client.tasks.trigger('echo', 1)
    await runUntil(id, 'COMPLETED')
  } finally {
    await second.kill()
  }
  expect(second.workerPids()).toEqual([])
  const { id } = await client.tasks.trigger('echo', 1)
  await runUntil(id, 'COMPLETED')
})

it('survives a restart of the server', async () => {
  await server.restart(200)
  const { id } = await client.tasks.trigger('echo', 1)
  await runUntil(id, 'COMPLETED')
})

it('tells what the CLI printed where nothing comes of it', async () => {
  const wrong = { ...server, projectRef: 'proj_other' }
  await expect(startCliWorker({ server: wrong, projectDir })).rejects.toThrow('Project not found: proj_other')
})

function runOf(id: string) {
  return server.runs().find((run) => run.friendlyId === id)!
}
