import type { JobStatus } from '@cgk-platform/jobs-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { JournalEntry } from '../kit/journal.ts'
import { openProject, type Project } from '../kit/open-project.ts'
import type { WorkflowScript } from './project/workflow-script.ts'

let project: Project

beforeAll(async () => {
  project = await openProject()
  await project.start('workflows')
})

afterAll(() => project?.close())

const options = { concurrent: true }
/** Maximum number of runs until the server accepts the report of one. */
const mostTries = 20

async function send(act: WorkflowScript, number?: number, tenantId = 'acme'): Promise<string> {
  return (await project.client.sendJob('work.asked', { tenantId, number, data: act })).id
}

/** Counts the entries of each step by its name. */
function counts(id: string, what: 'begun' | 'ended' | 'compensated' = 'begun'): Record<string, number> {
  const found: Record<string, number> = {}
  for (const { step } of project.journal.entries(id, what)) found[String(step)] = (found[String(step)] ?? 0) + 1
  return found
}

async function untilRecorded(id: string, what: string, step?: string): Promise<JournalEntry> {
  const find = () => project.journal.entries(id, what).find((each) => step === undefined || each['step'] === step)
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

async function sendFollowed(number: number, data: unknown, tenantId = 'acme'): Promise<void> {
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

/** Counts the requests that the server received. */
function countRequests(method: string, path: RegExp): number {
  return project.server.requests.filter((each) => each.method === method && path.test(each.path)).length
}

/** Two ways to end a process. After SIGTERM, the server makes the next attempt. After SIGKILL, retryJob must. */
const signals = [
  { name: 'SIGTERM, and the server retries', signal: 'SIGTERM' },
  { name: 'SIGKILL, and retryJob retries', signal: 'SIGKILL' },
] as const

const waiting = 'EXECUTING_WITH_WAITPOINTS'

function snapshotsOf(id: string) {
  return project.server.runs().find(({ friendlyId }) => friendlyId === id)!.snapshots
}

/** Returns true if a run waits and its worker has read so. */
function isKnownToWait(id: string): boolean {
  const { executionStatus, createdAt } = snapshotsOf(id).at(-1)!
  return (
    executionStatus === waiting &&
    project.server.requests.some(({ path, at }) => path.includes(`${id}/snapshots/`) && at >= createdAt.getTime())
  )
}

/** Returns true if a run has waited and continues. */
function hasWaited(id: string): boolean {
  const [isWaiting, ...before] = snapshotsOf(id)
    .map((each) => each.executionStatus === waiting)
    .toReversed()
  return !isWaiting && before.includes(true)
}

/**
 * Starts runs until the server accepts a worker's report that the process of a waiting run ended, and returns its id. It
 * refuses a report that names an earlier state, which a slow worker sends if it has not read yet that the run waits, or
 * if the wait ends before the report. It would end the run after five minutes.
 */
async function killWaiting(signal: NodeJS.Signals, start: (tries: number) => Promise<string>): Promise<string> {
  for (let tries = 1; tries <= mostTries; tries++) {
    const id = await start(tries)
    const { pid } = await untilRecorded(id, 'ended', 'first')
    await project.until(() => isKnownToWait(id) || hasWaited(id))
    if (hasWaited(id)) continue
    const killedAt = Date.now()
    const report = () =>
      project.server.requests.find(({ path, at }) => at >= killedAt && path.includes(id) && path.endsWith('/complete'))
    process.kill(pid, signal)
    await project.until(() => report() !== undefined)
    if (report()!.status === 200) return id
  }
  throw new Error(`The server accepted no report of ${mostTries} runs.`)
}

async function continueAfter(id: string, signal: NodeJS.Signals): Promise<void> {
  if (signal !== 'SIGKILL') return
  expect(await project.ended(id)).toMatchObject({ state: 'failed' })
  await project.client.retryJob(id)
}

describe.each(signals)('a workflow whose process is ended by $name', options, ({ signal }) => {
  test('repeats the running step, but not the steps before it', async () => {
    const gate = project.journal.gate()
    const id = await send({ flow: 'steps', gates: { 'begun second': gate.path } })
    const { pid } = await untilRecorded(id, 'begun', 'second')
    process.kill(pid, signal)
    gate.open()
    await continueAfter(id, signal)
    const { state, runs } = await project.ended(id)
    expect([state, runs.at(-1)?.output]).toEqual(['completed', ['first done', 'second done', 'third done']])
    expect(counts(id)).toEqual({ first: 1, second: 2, third: 1 })
  })

  test('repeats a step that ended before its record was saved', async () => {
    const gate = project.journal.gate()
    const id = await send({ flow: 'steps', gates: { 'begun second': gate.path } })
    const second = await untilRecorded(id, 'begun', 'second')
    await project.until(async () => (await stateOfStep(id, 'second')) === 'running')
    const stop = project.server.fault({ method: 'PUT', path: new RegExp(`${id}/metadata`) }, { kind: 'hang' })
    gate.open()
    await untilRecorded(id, 'ended', 'second')
    process.kill(second.pid, signal)
    await project.until(() => !isAlive(second.pid)) // a process that is ending may still save the record
    await project.client.getJobStatus(id) // the server reads what the process sent before it ended
    stop()
    await continueAfter(id, signal)
    expect(await project.ended(id)).toMatchObject({ state: 'completed' })
    expect(counts(id)).toEqual({ first: 1, second: 2, third: 1 })
  })

  test('does not shorten a sleep, and repeats no step', async () => {
    const sleepMs = 30_000
    const id = await killWaiting(signal, (tries) => send({ flow: 'sleeps', sleepMs: tries * sleepMs }))
    await continueAfter(id, signal)
    const { state, runs } = await project.ended(id)
    expect([state, runs.at(-1)?.error]).toEqual(['completed', undefined])
    const [, nap, second] = runs.at(-1)!.steps!
    expect(second!.startedAt!.getTime() - nap!.startedAt!.getTime()).toBeGreaterThanOrEqual(sleepMs)
    expect(counts(id)).toEqual({ first: 1, second: 1 })
  })

  test('receives an event that it waited for', async () => {
    let number = 0
    const id = await killWaiting(signal, async (tries) => {
      number = 20 + 2 * tries + Number(signal === 'SIGKILL')
      const sent = await send({ flow: 'waits' }, number)
      await project.until(async () => (await stateOfStep(sent, 'answer')) === 'waiting')
      return sent
    })
    // A manual retry starts a new wait, so the event must be sent after it.
    if (signal === 'SIGTERM') await project.client.sendJob('work.followed', { tenantId: 'acme', number, data: 'here' })
    await continueAfter(id, signal)
    if (signal === 'SIGKILL') {
      await project.until(async () => (await project.client.getJobStatus(id)).runs.length >= 2)
      await project.until(async () => (await stateOfStep(id, 'answer')) === 'waiting')
      await project.client.sendJob('work.followed', { tenantId: 'acme', number, data: 'here' })
    }
    const { state, runs } = await project.ended(id)
    expect([state, runs.at(-1)?.output]).toEqual(['completed', ['first done', 'here', 'second done']])
    expect(counts(id)).toEqual({ first: 1, second: 1 })
  })
})

test('repeats no step if the process exits between two steps', options, async () => {
  const id = await send({ flow: 'steps', exitIn: [1, 2] })
  const { state, runs } = await project.ended(id)
  expect([state, runs[0]?.attempts]).toEqual(['completed', 3])
  expect(counts(id)).toEqual({ first: 1, second: 1, third: 1 })
})

test('fails the run if the process exits in every attempt', options, async () => {
  const id = await send({ flow: 'steps', exitIn: [1, 2, 3] })
  const { state, runs } = await project.ended(id)
  expect([state, runs[0]?.attempts, runs[0]?.error?.code]).toEqual(['failed', 3, 'attempts_exhausted'])
  expect(runs[0]?.steps).toMatchObject([{ id: 'first', state: 'completed' }])
  expect(project.journal.entries(id, 'onFailure')).toHaveLength(1)
})

test('continues compensation after the process ends, and repeats only the running compensation', options, async () => {
  const gate = project.journal.gate()
  const id = await send({ flow: 'compensates', gates: { 'compensated first': gate.path } })
  const { pid } = await untilRecorded(id, 'compensated', 'first')
  process.kill(pid, 'SIGTERM')
  gate.open()
  const { state, runs } = await project.ended(id)
  expect([state, runs[0]?.error?.code]).toEqual(['failed', 'step_failed'])
  expect(counts(id, 'compensated')).toEqual({ second: 1, first: 2 })
  expect(counts(id)).toEqual({ first: 1, second: 1, third: 1 })
  expect(runs[0]?.steps?.map(({ compensation }) => compensation?.state)).toEqual(['completed', 'completed', undefined])
})

test('combines parallel waits into one wait of the engine, and keeps the process usable', options, async () => {
  const id = await send({ flow: 'races' }, 1, 'parallel')
  await untilStep(id, 'other', 'waiting')
  await sendFollowed(1, 'for both', 'parallel')
  expect(await project.ended(id)).toMatchObject({ state: 'completed', runs: [{ output: ['for both', 'for both'] }] })
  const again = await send({ flow: 'sleeps', sleepMs: 5500 }, 1, 'parallel')
  expect(await project.ended(again)).toMatchObject({ state: 'completed' })
})

test('aborts a running step that loses a race against an event', options, async () => {
  const id = await send({ flow: 'beats', gates: { 'begun first': project.journal.gate().path } }, 9)
  await untilStep(id, 'answer', 'waiting')
  await project.until(() => project.journal.entries(id, 'begun').length >= 1)
  await sendFollowed(9, 'the event')
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

test('fails the run with the step whose result does not fit into the metadata', options, async () => {
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

test('retries until the server saves a step, and does not continue the code before', options, async () => {
  const gate = project.journal.gate()
  const id = await send({ flow: 'steps', gates: { 'begun second': gate.path } })
  await project.until(() => project.journal.entries(id, 'begun').length >= 2)
  const path = new RegExp(`${id}/metadata`)
  const stop = project.server.fault({ method: 'PUT', path }, { kind: 'answer', status: 503 })
  const before = countRequests('PUT', path)
  gate.open()
  await project.until(() => countRequests('PUT', path) >= before + 5)
  expect(project.journal.entries(id, 'begun')).toHaveLength(2)
  stop()
  expect(await project.ended(id)).toMatchObject({ state: 'completed', runs: [{ attempts: 1 }] })
  expect(project.journal.entries(id, 'begun')).toHaveLength(3)
})

test('returns the output of a `step.runJob`, and notices a killed job without a notification', options, async () => {
  const done = await send({ flow: 'calls' }, 4)
  expect(await project.ended(done)).toMatchObject({ runs: [{ output: [8, 'second done'] }] })

  const id = await send({ flow: 'calls' }, 13)
  const { runs } = await untilStep(id, 'call', 'waiting')
  const { jobId } = runs[0]!.steps![0]!.waitsFor as { jobId: string }
  await project.until(() => project.journal.entries(jobId, 'handled').length > 0)
  process.kill(project.journal.entries(jobId, 'handled')[0]!.pid, 'SIGKILL')
  const status = await project.ended(id)
  expect(status).toMatchObject({ state: 'failed', runs: [{ error: { code: 'step_failed' } }] })
  expect(status.runs[0]?.error?.cause?.message).toMatch(/SIGKILL|killed|memory/i)
})

test('notifies a manual retry of the end of its jobs', options, async () => {
  const [before, inCall] = [project.journal.gate(), project.journal.gate()]
  const id = await send({ flow: 'calls', gates: { 'before call': before.path, 'in call': inCall.path } }, 6)
  expect(await project.ended(id)).toMatchObject({ state: 'failed' })
  before.open()
  await project.client.retryJob(id)
  const { runs } = await untilStep(id, 'call', 'waiting')
  const retried = runs.at(-1)!.id
  // A job that ends before the wait starts is found by a read instead of a notification.
  await project.until(() => isKnownToWait(retried))
  inCall.open()
  expect((await project.ended(id)).runs.at(-1)).toMatchObject({ output: [12, 'second done'] })
  const { completedAt, completedAfter } = snapshotsOf(retried)
    .flatMap((each) => each.completedWaitpoints)
    .at(-1)!
  expect(completedAt.getTime()).toBeLessThan(completedAfter!.getTime()) // the time of the periodic check
})

// Last and alone, because it pauses the events that other tests wait for.
test('a wait receives an event that was sent in time, although its run begins after the timeout', async () => {
  const { client, raw, until, ended } = project
  const queue = { type: 'task', name: 'event-work__followed' } as const
  await raw.queues.pause(queue)
  const script: WorkflowScript = { flow: 'waits', waitMs: 10_000 }
  const id = await send(script, 40)
  await until(async () => (await client.getJobStatus(id)).runs[0]?.steps?.[1]?.state === 'waiting')
  const sendFor = async (number: number, data: string) =>
    (await client.sendJob('work.followed', { tenantId: 'acme', number, data })).id
  const jobs = [await sendFor(41, 'another'), await sendFor(40, 'late')]
  const { state, runs } = await ended(id)
  expect([state, runs[0]?.output]).toEqual(['completed', ['first done', 'late', 'second done']])
  await raw.queues.resume(queue)
  for (const job of jobs) expect((await ended(job)).runs).toEqual([])
})
