import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { unknownDefinition } from '../../src/read/to-job-status.ts'
import type { JournalEntry } from '../kit/journal.ts'
import { openProject, type Project } from '../kit/open-project.ts'
import type { HandlerScript } from './project/handler-script.ts'

/** Maximum number of runs until one is in the process that a test needs. */
const mostTries = 100

let project: Project

beforeAll(async () => {
  project = await openProject()
  await project.start('jobs')
})

afterAll(() => project?.close())

const payloadOf = (data: HandlerScript) => ({ tenantId: 'acme', data })

async function send(
  act: HandlerScript,
  options: { idempotencyKey?: string; maxAttempts?: number } = {},
): Promise<string> {
  return (await project.client.sendJob('work.asked', payloadOf(act), options)).id
}

function attemptsOf(id: string): unknown[] {
  return project.journal.entries(id, 'handled').map(({ attempt }) => attempt)
}

async function run(
  tenantId: string,
  act: HandlerScript = {},
  options = {},
): Promise<{ id: string; handled: JournalEntry }> {
  const { client, journal } = project
  const { id } = await client.sendJob('work.asked', { tenantId, data: act }, options)
  await project.ended(id)
  return { id, handled: journal.entries(id, 'handled').at(-1)! }
}

/** A job without a key makes its attempts in its own run. A job with a key has a run for each definition. */
describe.each([
  { name: 'the run of the job itself', options: {} },
  { name: 'a run of a definition', options: { idempotencyKey: 'once' } },
])('a process that exits in an attempt of $name', ({ options }) => {
  const own = (label: string) => ('idempotencyKey' in options ? { idempotencyKey: label } : {})

  test('is followed by an attempt that completes the run', async () => {
    const id = await send({ exitIn: [1] }, own('first'))
    const status = await project.ended(id)
    expect(status).toMatchObject({ state: 'completed', runs: [{ state: 'completed', attempts: 2, output: 'done' }] })
    expect(attemptsOf(id)).toEqual([1, 2])
    expect(project.journal.entries(id, 'onFailure')).toEqual([])
  })

  test('fails the run if it is the last attempt, and onFailure is called once', async () => {
    const id = await send({ throwIn: [1], exitIn: [2] }, own('last'))
    const status = await project.ended(id)
    expect(status).toMatchObject({ state: 'failed', runs: [{ state: 'failed', attempts: 2, maxAttempts: 2 }] })
    expect(status.runs[0]!.error).toMatchObject({ code: 'attempts_exhausted' })
    expect(attemptsOf(id)).toEqual([1, 2])
    expect(project.journal.entries(id, 'onFailure')).toMatchObject([
      { code: 'attempts_exhausted', runId: status.runs[0]!.id, tenantId: 'acme', maxAttempts: 2 },
    ])
  })

  test('fails the run if SIGKILL ended it, and retryJob runs it again', async () => {
    const { client, journal, until } = project
    const gate = journal.gate()
    const id = await send({ gate: gate.path }, own('killed'))
    await until(() => journal.entries(id, 'handled').length > 0)
    await until(async () => (await client.getJobStatus(id)).state === 'running')
    process.kill(journal.entries(id, 'handled')[0]!.pid, 'SIGKILL')

    const status = await project.ended(id)
    expect(status).toMatchObject({ state: 'failed', runs: [{ definitionId: 'work', state: 'failed', attempts: 1 }] })
    expect(status.runs[0]!.error!.message).toMatch(/SIGKILL|killed|memory/i)
    expect(attemptsOf(id)).toEqual([1])

    gate.open()
    await client.retryJob(id)
    const again = await project.ended(id)
    expect(again).toMatchObject({
      id,
      state: 'completed',
      runs: [{ state: 'failed' }, { state: 'completed', attempts: 1 }],
    })
    expect(again.runs[1]!.retryOf).toBe(status.runs[0]!.id)
    expect(attemptsOf(id)).toEqual([1, 1])
  })
})

// After a crash, the server goes by the task's own number of attempts.
test('a process that exits in every attempt ends the run after a higher number of attempts, if its send sets one', async () => {
  const id = await send({ exitIn: [1, 2, 3, 4, 5, 6] }, { idempotencyKey: 'often', maxAttempts: 6 })
  const { runs } = await project.ended(id)
  expect(runs).toMatchObject([{ state: 'failed', attempts: 6, error: { code: 'attempts_exhausted' } }])
  expect(project.journal.entries(id, 'onFailure')).toHaveLength(1)
})

test('retryJob runs all jobs of the event if the process was killed before it recorded its definition', async () => {
  const { client, server, journal, until } = project
  const stop = server.fault({ method: 'PUT', path: /metadata/ }, { kind: 'answer', status: 500 })
  const gate = journal.gate()
  const id = await send({ gate: gate.path })
  await until(() => journal.entries(id, 'handled').length > 0)
  process.kill(journal.entries(id, 'handled')[0]!.pid, 'SIGKILL')
  await expect(project.ended(id)).resolves.toMatchObject({
    state: 'failed',
    runs: [{ id, definitionId: unknownDefinition }],
  })
  stop()
  gate.open()
  await client.retryJob(id)
  await expect(project.ended(id)).resolves.toMatchObject({
    state: 'completed',
    runs: [{ definitionId: 'work', state: 'completed', attempts: 1 }],
  })
})

test('a process that dies does not affect other jobs, and the next job runs', async () => {
  const { journal } = project
  const gate = journal.gate()
  const other = await send({ gate: gate.path })
  const dying = await send({ exitIn: [1, 2] })
  await project.ended(dying)
  gate.open()
  await expect(project.ended(other)).resolves.toMatchObject({ state: 'completed', runs: [{ attempts: 1 }] })
  await expect(project.ended(await send({}))).resolves.toMatchObject({ state: 'completed' })
})

/** Sends a job whose handler waits at a gate. */
async function sendWaiting(act: HandlerScript = {}) {
  const { journal, until } = project
  const gate = journal.gate()
  const id = await send({ ...act, gate: gate.path })
  await until(() => journal.entries(id, 'handled').length > 0)
  return { id, gate }
}

/** Stops the server, opens a gate, and restarts the server once the handler has written this entry. */
async function openWhileStopped({ id, gate }: Awaited<ReturnType<typeof sendWaiting>>, what: string): Promise<void> {
  const { server, journal, until } = project
  await server.restart(async () => {
    gate.open()
    await until(() => journal.entries(id, what).length > 0)
  })
}

describe('a server that stops while a handler runs, and restarts', () => {
  test('after the handler returned, the run completes and the handler is not called again', async () => {
    const waiting = await sendWaiting()
    await openWhileStopped(waiting, 'logged')
    const { id } = waiting
    await expect(project.ended(id)).resolves.toMatchObject({
      state: 'completed',
      runs: [{ attempts: 1, output: 'done' }],
    })
    expect(project.journal.entries(id, 'handled')).toHaveLength(1)
  })

  test('after the handler threw, the next attempt is made', async () => {
    const waiting = await sendWaiting({ throwIn: [1] })
    await openWhileStopped(waiting, 'logged')
    await expect(project.ended(waiting.id)).resolves.toMatchObject({
      state: 'completed',
      runs: [{ attempts: 2, output: 'done' }],
    })
  })

  test("after the handler's own send failed with a coded error, the next attempt succeeds", async () => {
    const { journal, server } = project
    const waiting = await sendWaiting({ sends: true })
    const { id } = waiting
    const before = server.runs().length
    await openWhileStopped(waiting, 'notSent')
    const status = await project.ended(id)
    expect(status).toMatchObject({ state: 'completed', runs: [{ attempts: 2 }] })
    const [failed] = journal.entries(id, 'notSent')
    expect(failed).toMatchObject({ code: 'send_failed', accepted: 'no', attempt: 1 })
    expect(failed!['message']).toContain('ECONNREFUSED')
    expect(server.runs()).toHaveLength(before + 1)
  })
})

describe("a handler's own send", () => {
  test('with a lost response is one job', async () => {
    const { server } = project
    const before = server.runs().length
    server.fault({ path: /event-work__followed\/trigger/, times: 2 }, { kind: 'cut' })
    const id = await send({ sends: true })
    await expect(project.ended(id)).resolves.toMatchObject({ state: 'completed' })
    expect(server.runs()).toHaveLength(before + 2)
  })
})

describe('a process that executes several runs', () => {
  test('shares no state between runs', async () => {
    const { raw, journal, until } = project
    const first = await run('acme', { litters: true })
    // A job ends shortly before its process is free, so another process may execute the next job.
    let second = await run('globex')
    for (let tries = 1; second.handled.pid !== first.handled.pid && tries < mostTries; tries++)
      second = await run('globex')
    expect(second.handled.pid).toBe(first.handled.pid)
    expect(second.handled).toMatchObject({ tenantId: 'globex', jobId: second.id, attempt: 1, maxAttempts: 2 })
    expect(second.handled['stored']).toBeUndefined()
    expect(second.handled['metadata']).not.toHaveProperty('litter')

    const { metadata } = await raw.runs.retrieve(second.id)
    expect(Object.keys(metadata!)).toEqual(['jobSent', 'job'])
    await until(() => journal.all().some(({ message }) => message === 'A late line.'))
    const late = journal.all().find(({ message }) => message === 'A late line.')
    expect(late).toMatchObject({ jobId: first.id, tenantId: 'acme', attempt: 1 })
  })

  test('sends late jobs for the tenant of the run that sent them, not as child runs', async () => {
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

  test('passes a new signal to each run after a cancel', async () => {
    const { client, journal, until } = project
    const gate = journal.gate()
    const { id } = await client.sendJob('work.asked', { tenantId: 'acme', data: { gate: gate.path } })
    await until(() => journal.entries(id, 'handled').length > 0)
    await expect(client.cancelJob(id)).resolves.toMatchObject({ state: 'cancelled' })
    await until(() => journal.entries(id, 'aborted').length > 0)
    const next = await run('globex')
    await expect(client.getJobStatus(next.id)).resolves.toMatchObject({ state: 'completed' })
    expect(journal.entries(next.id, 'aborted')).toEqual([])
  })
})

test('aborts a handler whose run was cancelled while its attempt started, although its worker missed the notice', async () => {
  const { client, journal, server, until } = project
  server.fault({ path: /\/attempts\/start$/, times: 1 }, { kind: 'delay', delayMs: 1500, when: 'after' })
  const answer = server.fault({ path: /\/snapshots\/latest$/ }, { kind: 'answer', status: 500 })
  const id = await send({ gate: journal.gate().path })
  await until(() => server.runs().find(({ friendlyId }) => friendlyId === id)?.status === 'EXECUTING')
  const cancelled = client.cancelJob(id)
  await until(() => journal.entries(id, 'aborted').length > 0)
  answer()
  await expect(cancelled).resolves.toMatchObject({ state: 'cancelled' })
})

describe('a run that was triggered by hand', () => {
  test('is another job with the same payload if it is a replay', async () => {
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

  test('with fewer attempts than the job ends with its last attempt, and onFailure is called once', async () => {
    const { raw, journal } = project
    const payload = { tenantId: 'acme', data: { throwIn: [1, 2] } }
    const { id } = await raw.tasks.trigger('event-work__asked', payload, { maxAttempts: 1 })
    await expect(project.ended(id)).resolves.toMatchObject({
      state: 'failed',
      runs: [{ attempts: 1, maxAttempts: 1 }],
    })
    expect(journal.entries(id, 'onFailure')).toMatchObject([{ message: 'attempt 1' }])
  })
})
