import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { Note } from '../kit/journal.ts'
import { openProject, type Project } from '../kit/open-project.ts'
import type { WorkflowAct } from './project/workflow-act.ts'

let project: Project

beforeAll(async () => {
  project = await openProject()
  await project.start('workflows')
})

afterAll(() => project?.close())

async function send(act: WorkflowAct, number?: number): Promise<string> {
  return (await project.client.sendJob('work.asked', { tenantId: 'acme', number, data: act })).id
}

/** How often each step was begun, by its name. */
function counts(id: string, what: 'begun' | 'ended' | 'undone' = 'begun'): Record<string, number> {
  const found: Record<string, number> = {}
  for (const { step } of project.journal.notes(id, what)) found[String(step)] = (found[String(step)] ?? 0) + 1
  return found
}

async function noted(id: string, what: string, step?: string): Promise<Note> {
  const find = () => project.journal.notes(id, what).find((each) => step === undefined || each['step'] === step)
  await project.until(() => find() !== undefined)
  return find()!
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function stateOfStep(id: string, step: string): Promise<string | undefined> {
  const { runs } = await project.client.getJobStatus(id)
  return runs.at(-1)?.steps?.find((each) => each.id === step)?.state
}

/** The two ways in which a process dies: the server makes the next attempt itself, or somebody has to ask for one. */
const ways = [
  { name: 'SIGTERM, and the server goes on', signal: 'SIGTERM' },
  { name: 'SIGKILL, and retryJob goes on', signal: 'SIGKILL' },
] as const

async function goOn(id: string, signal: NodeJS.Signals): Promise<void> {
  if (signal !== 'SIGKILL') return
  expect(await project.ended(id)).toMatchObject({ state: 'failed' })
  await project.client.retryJob(id)
}

describe.each(ways)('a workflow whose process ends by $name', { concurrent: true }, ({ signal }) => {
  test('while a step is under way: it is begun once more, and those before it are not', async () => {
    const gate = project.journal.gate()
    const id = await send({ flow: 'steps', gates: { 'begun second': gate.path } })
    const { pid } = await noted(id, 'begun', 'second')
    process.kill(pid, signal)
    gate.open()
    await goOn(id, signal)
    const { state, runs } = await project.ended(id)
    expect([state, runs.at(-1)?.output]).toEqual(['completed', ['first done', 'second done', 'third done']])
    expect(counts(id)).toEqual({ first: 1, second: 2, third: 1 })
  })

  test('after a step and before its record is kept: the step is made once more', async () => {
    const gate = project.journal.gate()
    const id = await send({ flow: 'steps', gates: { 'begun second': gate.path } })
    const second = await noted(id, 'begun', 'second')
    await project.until(async () => (await stateOfStep(id, 'second')) === 'running')
    const stop = project.server.fault({ method: 'PUT', path: new RegExp(`${id}/metadata`) }, { kind: 'hang' })
    gate.open()
    await noted(id, 'ended', 'second')
    process.kill(second.pid, signal)
    await project.until(() => !isAlive(second.pid)) // one that is asked to end might keep the record yet
    stop()
    await goOn(id, signal)
    expect(await project.ended(id)).toMatchObject({ state: 'completed' })
    expect(counts(id)).toEqual({ first: 1, second: 2, third: 1 })
  })

  test('while it sleeps: it wakes when it would have, and makes no step again', async () => {
    const id = await send({ flow: 'sleeps' })
    const { pid } = await noted(id, 'ended', 'first')
    await project.until(async () => (await stateOfStep(id, 'nap')) === 'waiting')
    await new Promise((resolve) => void setTimeout(resolve, 500))
    const begun = Date.now()
    process.kill(pid, signal)
    await goOn(id, signal)
    expect(await project.ended(id)).toMatchObject({ state: 'completed' })
    expect(Date.now() - begun).toBeGreaterThan(4000)
    expect(counts(id)).toEqual({ first: 1, second: 1 })
  })

  test('while it waits for an event: the event is there all the same', async () => {
    const number = signal === 'SIGKILL' ? 21 : 22
    const id = await send({ flow: 'waits' }, number)
    const { pid } = await noted(id, 'ended', 'first')
    await project.until(async () => (await stateOfStep(id, 'answer')) === 'waiting')
    process.kill(pid, signal)
    // A retry by hand waits anew, so for one that is to be seen it has to be sent then.
    if (signal === 'SIGTERM') await project.client.sendJob('work.followed', { tenantId: 'acme', number, data: 'here' })
    await goOn(id, signal)
    if (signal === 'SIGKILL') {
      await project.until(async () => (await project.client.getJobStatus(id)).runs.length === 2)
      await project.until(async () => (await stateOfStep(id, 'answer')) === 'waiting')
      await project.client.sendJob('work.followed', { tenantId: 'acme', number, data: 'here' })
    }
    const { state, runs } = await project.ended(id)
    expect([state, runs.at(-1)?.output]).toEqual(['completed', ['first done', 'here', 'second done']])
    expect(counts(id)).toEqual({ first: 1, second: 1 })
  })
})

test('a process that ends between two steps: neither is made twice', { concurrent: true }, async () => {
  const id = await send({ flow: 'steps', exitIn: [1, 2] })
  const { state, runs } = await project.ended(id)
  expect([state, runs[0]?.attempts]).toEqual(['completed', 3])
  expect(counts(id)).toEqual({ first: 1, second: 1, third: 1 })
})

test('one that ends in every attempt: the run fails, and says so', { concurrent: true }, async () => {
  const id = await send({ flow: 'steps', exitIn: [1, 2, 3] })
  const { state, runs } = await project.ended(id)
  expect([state, runs[0]?.attempts, runs[0]?.error?.code]).toEqual(['failed', 3, 'attempts_exhausted'])
  expect(runs[0]?.steps).toMatchObject([{ id: 'first', state: 'completed' }])
  expect(project.journal.notes(id, 'onFailure')).toHaveLength(1)
})

test('while steps are undone: the undo goes on, each once', { concurrent: true }, async () => {
  const gate = project.journal.gate()
  const id = await send({ flow: 'undoes', gates: { 'undone first': gate.path } })
  const { pid } = await noted(id, 'undone', 'first')
  process.kill(pid, 'SIGTERM')
  gate.open()
  const { state, runs } = await project.ended(id)
  expect([state, runs[0]?.error?.code]).toEqual(['failed', 'step_failed'])
  expect(counts(id, 'undone')).toEqual({ second: 1, first: 2 })
  expect(counts(id)).toEqual({ first: 1, second: 1, third: 1 })
  expect(runs[0]?.steps?.map(({ compensation }) => compensation?.state)).toEqual(['completed', 'completed', undefined])
})
