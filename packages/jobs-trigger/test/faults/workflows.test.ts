import type { JobStatus } from '@cgk-platform/jobs-core'
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

const options = { concurrent: true }

async function send(act: WorkflowAct, number?: number, tenantId = 'acme'): Promise<string> {
  return (await project.client.sendJob('work.asked', { tenantId, number, data: act })).id
}

/** How often each step was begun, by its name. */
function counts(id: string, what: 'begun' | 'ended' | 'compensated' = 'begun'): Record<string, number> {
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

async function answer(number: number, data: unknown, tenantId = 'acme'): Promise<void> {
  const { id } = await project.client.sendJob('work.followed', { tenantId, number, data })
  await project.ended(id)
}

async function untilStep(id: string, step: string, state: string): Promise<JobStatus> {
  const read = () => project.client.getJobStatus(id)
  await project.until(async () => {
    const { runs } = await read()
    return runs.at(-1)?.steps?.find((each) => each.id === step)?.state === state
  })
  return read()
}

/** The requests of a kind that the server got since. */
function asked(method: string, path: RegExp): number {
  return project.server.requests.filter((each) => each.method === method && path.test(each.path)).length
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

describe.each(ways)('a workflow whose process ends by $name', options, ({ signal }) => {
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

  test('while it sleeps: it wakes no earlier than it would have, and makes no step again', async () => {
    const id = await send({ flow: 'sleeps' })
    const { pid } = await noted(id, 'ended', 'first')
    const snapshots = () => project.server.runs().find(({ friendlyId }) => friendlyId === id)!.snapshots
    await project.until(() => snapshots().at(-1)!.executionStatus === 'EXECUTING_WITH_WAITPOINTS')
    process.kill(pid, signal)
    await goOn(id, signal)
    const { state, runs } = await project.ended(id)
    expect(state).toBe('completed')
    const [, nap, second] = runs.at(-1)!.steps!
    expect(second!.startedAt!.getTime() - nap!.startedAt!.getTime()).toBeGreaterThanOrEqual(6000)
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

test('a process that ends between two steps: neither is made twice', options, async () => {
  const id = await send({ flow: 'steps', exitIn: [1, 2] })
  const { state, runs } = await project.ended(id)
  expect([state, runs[0]?.attempts]).toEqual(['completed', 3])
  expect(counts(id)).toEqual({ first: 1, second: 1, third: 1 })
})

test('one that ends in every attempt: the run fails, and says so', options, async () => {
  const id = await send({ flow: 'steps', exitIn: [1, 2, 3] })
  const { state, runs } = await project.ended(id)
  expect([state, runs[0]?.attempts, runs[0]?.error?.code]).toEqual(['failed', 3, 'attempts_exhausted'])
  expect(runs[0]?.steps).toMatchObject([{ id: 'first', state: 'completed' }])
  expect(project.journal.notes(id, 'onFailure')).toHaveLength(1)
})

test('while steps are compensated: the compensation goes on, each once', options, async () => {
  const gate = project.journal.gate()
  const id = await send({ flow: 'compensates', gates: { 'compensated first': gate.path } })
  const { pid } = await noted(id, 'compensated', 'first')
  process.kill(pid, 'SIGTERM')
  gate.open()
  const { state, runs } = await project.ended(id)
  expect([state, runs[0]?.error?.code]).toEqual(['failed', 'step_failed'])
  expect(counts(id, 'compensated')).toEqual({ second: 1, first: 2 })
  expect(counts(id)).toEqual({ first: 1, second: 1, third: 1 })
  expect(runs[0]?.steps?.map(({ compensation }) => compensation?.state)).toEqual(['completed', 'completed', undefined])
})

test('waits side by side are one wait of the engine, and spoil no process', options, async () => {
  const id = await send({ flow: 'races' }, 1, 'parallel')
  await untilStep(id, 'other', 'waiting')
  await answer(1, 'for both', 'parallel')
  expect(await project.ended(id)).toMatchObject({ state: 'completed', runs: [{ output: ['for both', 'for both'] }] })
  const again = await send({ flow: 'sleeps', sleepMs: 5500 }, 1, 'parallel')
  expect(await project.ended(again)).toMatchObject({ state: 'completed' })
})

test('an event beats a step that is under way, and the step is aborted', options, async () => {
  const id = await send({ flow: 'beats', gates: { 'begun first': project.journal.gate().path } }, 9)
  await untilStep(id, 'answer', 'waiting')
  await project.until(() => project.journal.notes(id, 'begun').length === 1)
  await answer(9, 'the event')
  const { state, runs } = await project.ended(id)
  expect([state, runs[0]?.output]).toEqual(['completed', ['the event', 'second done']])
  const states = runs[0]?.steps?.map(({ id: step, state: its }) => [step, its])
  expect(states).toEqual(
    expect.arrayContaining([
      ['first', 'cancelled'],
      ['answer', 'completed'],
    ]),
  )
})

test('results of which there are too many fail the run with the step that had no room', options, async () => {
  const id = await send({ flow: 'fills', characters: 30_000 })
  const { state, runs } = await project.ended(id)
  expect([state, runs[0]?.error?.code]).toEqual(['failed', 'step_records_too_large'])
  expect(runs[0]?.error?.message).toContain('`four`')
  expect(runs[0]?.steps?.map(({ id: step, state: its }) => [step, its])).toEqual([
    ['one', 'completed'],
    ['two', 'completed'],
    ['three', 'completed'],
    ['four', 'failed'],
  ])
})

test('a server that does not keep a step is asked again, and the code waits for it', options, async () => {
  const gate = project.journal.gate()
  const id = await send({ flow: 'steps', gates: { 'begun second': gate.path } })
  await project.until(() => project.journal.notes(id, 'begun').length === 2)
  const path = new RegExp(`${id}/metadata`)
  const stop = project.server.fault({ method: 'PUT', path }, { kind: 'answer', status: 503 })
  const before = asked('PUT', path)
  gate.open()
  await project.until(() => asked('PUT', path) >= before + 5)
  expect(project.journal.notes(id, 'begun')).toHaveLength(2)
  stop()
  expect(await project.ended(id)).toMatchObject({ state: 'completed', runs: [{ attempts: 1 }] })
  expect(project.journal.notes(id, 'begun')).toHaveLength(3)
})

test(
  'a job that a step runs: its output, also where its process was killed and nobody tells of it',
  options,
  async () => {
    const done = await send({ flow: 'calls' }, 4)
    expect(await project.ended(done)).toMatchObject({ runs: [{ output: [8, 'second done'] }] })

    const id = await send({ flow: 'calls' }, 13)
    const { runs } = await untilStep(id, 'call', 'waiting')
    const { jobId } = runs[0]!.steps![0]!.waitsFor as { jobId: string }
    await project.until(() => project.journal.notes(jobId, 'handled').length > 0)
    process.kill(project.journal.notes(jobId, 'handled')[0]!.pid, 'SIGKILL')
    const status = await project.ended(id)
    expect(status).toMatchObject({ state: 'failed', runs: [{ error: { code: 'step_failed' } }] })
    expect(status.runs[0]?.error?.cause?.message).toMatch(/SIGKILL|killed|memory/i)
  },
)

test('a run that retries a failed one is told of the end of its jobs, too', options, async () => {
  const [before, inCall] = [project.journal.gate(), project.journal.gate()]
  const id = await send({ flow: 'calls', gates: { 'before call': before.path, 'in call': inCall.path } }, 6)
  expect(await project.ended(id)).toMatchObject({ state: 'failed' })
  before.open()
  await project.client.retryJob(id)
  const { runs } = await untilStep(id, 'call', 'waiting')
  const snapshots = () => project.server.runs().find(({ friendlyId }) => friendlyId === runs.at(-1)!.id)!.snapshots
  // One that ends before is not told of, but looked for.
  await project.until(() => snapshots().at(-1)!.executionStatus === 'EXECUTING_WITH_WAITPOINTS')
  inCall.open()
  expect((await project.ended(id)).runs.at(-1)).toMatchObject({ output: [12, 'second done'] })
  const { completedAt, completedAfter } = snapshots()
    .flatMap((each) => each.completedWaitpoints)
    .at(-1)!
  expect(completedAt.getTime()).toBeLessThan(completedAfter!.getTime()) // when it would have looked by itself
})
