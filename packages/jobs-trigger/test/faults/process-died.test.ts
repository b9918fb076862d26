import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { unknownDefinition } from '../../src/read/to-job-status.ts'
import { openProject, type Project } from '../kit/open-project.ts'
import type { Act } from './project/act.ts'

let project: Project

beforeAll(async () => {
  project = await openProject()
  await project.start('jobs')
})

afterAll(() => project?.close())

const payloadOf = (data: Act) => ({ tenantId: 'acme', data })

async function send(act: Act, options: { idempotencyKey?: string; maxAttempts?: number } = {}): Promise<string> {
  return (await project.client.sendJob('work.asked', payloadOf(act), options)).id
}

function attemptsOf(id: string): unknown[] {
  return project.journal.notes(id, 'handled').map(({ attempt }) => attempt)
}

/** A job without a key makes its attempts in its own run; one with a key has a run for each definition. */
describe.each([
  { name: 'the run of the job itself', options: {} },
  { name: 'a run of a definition', options: { idempotencyKey: 'once' } },
])('a process that ends in an attempt of $name', ({ options }) => {
  const own = (label: string) => ('idempotencyKey' in options ? { idempotencyKey: label } : {})

  test('the next attempt may complete the run', async () => {
    const id = await send({ exitIn: [1] }, own('first'))
    const status = await project.ended(id)
    expect(status).toMatchObject({ state: 'completed', runs: [{ state: 'completed', attempts: 2, output: 'done' }] })
    expect(attemptsOf(id)).toEqual([1, 2])
    expect(project.journal.notes(id, 'onFailure')).toEqual([])
  })

  test('the last one alone: the run fails, and onFailure is called once, with what happened', async () => {
    const id = await send({ throwIn: [1], exitIn: [2] }, own('last'))
    const status = await project.ended(id)
    expect(status).toMatchObject({ state: 'failed', runs: [{ state: 'failed', attempts: 2, maxAttempts: 2 }] })
    expect(status.runs[0]!.error).toMatchObject({ code: 'attempts_exhausted' })
    expect(attemptsOf(id)).toEqual([1, 2])
    expect(project.journal.notes(id, 'onFailure')).toMatchObject([
      { code: 'attempts_exhausted', runId: status.runs[0]!.id, tenantId: 'acme', maxAttempts: 2 },
    ])
  })

  test('killed by SIGKILL: the run has failed, says why, and is run again by retryJob', async () => {
    const { client, journal, until } = project
    const gate = journal.gate()
    const id = await send({ gate: gate.path }, own('killed'))
    await until(() => journal.notes(id, 'handled').length > 0)
    await until(async () => (await client.getJobStatus(id)).state === 'running')
    process.kill(journal.notes(id, 'handled')[0]!.pid, 'SIGKILL')

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

test('a process that ends in every attempt: the run fails, and onFailure is called once', async () => {
  const id = await send({ exitIn: [1, 2] })
  const status = await project.ended(id)
  expect(status).toMatchObject({ state: 'failed', runs: [{ attempts: 2, error: { code: 'attempts_exhausted' } }] })
  expect(attemptsOf(id)).toEqual([1, 2])
  expect(project.journal.notes(id, 'onFailure')).toHaveLength(1)
})

test('a process that ends in the only attempt of a send that asked for one: the same', async () => {
  const id = await send({ exitIn: [1] }, { maxAttempts: 1 })
  const status = await project.ended(id)
  expect(status).toMatchObject({ state: 'failed', runs: [{ attempts: 1, maxAttempts: 1 }] })
  expect(attemptsOf(id)).toEqual([1])
  expect(project.journal.notes(id, 'onFailure')).toHaveLength(1)
})

test('one that was killed before it could tell whose run it is: retryJob runs what handles the event', async () => {
  const { client, server, journal, until } = project
  const stop = server.fault({ method: 'PUT', path: /metadata/ }, { kind: 'answer', status: 500 })
  const gate = journal.gate()
  const id = await send({ gate: gate.path })
  await until(() => journal.notes(id, 'handled').length > 0)
  process.kill(journal.notes(id, 'handled')[0]!.pid, 'SIGKILL')
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

test('a process that died takes no other job along, and the next one runs', async () => {
  const { journal } = project
  const gate = journal.gate()
  const other = await send({ gate: gate.path })
  const dying = await send({ exitIn: [1, 2] })
  await project.ended(dying)
  gate.open()
  await expect(project.ended(other)).resolves.toMatchObject({ state: 'completed', runs: [{ attempts: 1 }] })
  await expect(project.ended(await send({}))).resolves.toMatchObject({ state: 'completed' })
})

test('while its next attempt waits, the run is not over', async () => {
  const { client, journal, until } = project
  const gate = journal.gate()
  const id = await send({ exitIn: [1], gate: gate.path })
  await until(() => journal.notes(id, 'handled').length === 1)
  const states = new Set<string>()
  gate.open()
  await until(async () => {
    const { state } = await client.getJobStatus(id)
    states.add(state)
    return state === 'completed'
  })
  expect([...states].filter((state) => !['running', 'retrying', 'queued', 'completed'].includes(state))).toEqual([])
})
