import type { JobStatus } from '@cgk-platform/jobs-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

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

test('what does not match, or was sent before, does not use up the wait', options, async () => {
  const { id: early } = await project.client.sendJob(
    'work.followed',
    { tenantId: 'acme', number: 5, data: 'early' },
    { delay: '6s' },
  )
  const id = await send({ flow: 'waits' }, 5)
  await untilStep(id, 'answer', 'waiting')
  await answer(4, 'another number')
  await answer(5, 'another tenant', 'globex')
  await project.ended(early)
  await answer(5, 'this one')
  expect(await project.ended(id)).toMatchObject({ runs: [{ output: ['first done', 'this one', 'second done'] }] })
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

test('a cancel ends a run that waits, and the next one runs', options, async () => {
  const id = await send({ flow: 'waits' }, 7)
  await untilStep(id, 'answer', 'waiting')
  expect(await project.client.cancelJob(id)).toMatchObject({ state: 'cancelled' })
  expect(await project.ended(await send({ flow: 'steps' }))).toMatchObject({ state: 'completed' })
  expect(await project.client.getJobStatus(id)).toMatchObject({ state: 'cancelled' })
  expect(project.journal.notes(id, 'begun').map(({ step }) => step)).toEqual(['first'])
})
