import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { defineJob } from '@cgk-platform/jobs-core'
import type { CliWorker } from '@cgk-platform/trigger-loopback'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { openProject, type Project } from '../kit/open-project.ts'
import type { HandlerScript } from './project/handler-script.ts'
import './project/late-events.ts'
import type { OrderScript } from './project/order-script.ts'

// The tests build on each other: no worker, the first version, its end, the second version, its changes.

const handler = () => undefined
const asked = defineJob({ id: 'kept', event: 'work.asked', handler })
const late = defineJob({ id: 'late', event: 'work.late', handler })

type StoredRun = ReturnType<Project['server']['runs']>[number]

let project: Project
let first: CliWorker
let second: CliWorker
let aheadMs = 0

beforeAll(async () => {
  const now = () => Date.now() + aheadMs
  project = await openProject({ server: { now }, jobs: [asked, late] })
})

afterAll(() => project?.close())

async function send(act: HandlerScript = {}, options = {}): Promise<string> {
  return (await project.client.sendJob('work.asked', { tenantId: 'acme', data: act }, options)).id
}

function definitionsOf(id: string): Set<unknown> {
  return new Set(project.journal.entries(id, 'handled').map(({ definition }) => definition))
}

/** Returns the server's status of the run of `removed` that a job started. */
function statusOfRemoved(jobId: string): string | undefined {
  const isRemoved = ({ taskIdentifier, parentId }: StoredRun) => taskIdentifier === 'job-removed' && parentId === jobId
  return project.server.runs().find(isRemoved)?.status
}

let early: string
let unregistered: string
let delayed: string
let delayedAlone: string
let failed: string
let killed: string
let between: string
let waiting: string
let waitingToo: string

describe('without a worker', () => {
  test('a job is queued without runs, and healthCheck reports that no task is deployed', async () => {
    const { client } = project
    early = await send()
    await expect(client.getJobStatus(early)).resolves.toMatchObject({ state: 'queued', runs: [] })
    const health = await client.healthCheck()
    expect(health.ok).toBe(false)
    const tasks = health.checks.find(({ name }) => name === 'tasks')
    expect(tasks).toMatchObject({ ok: false })
    expect(tasks!.message).toMatch(
      /^not registered: `event-work__asked`, `job-.*Deploy the tasks, or start `trigger.dev dev`$/,
    )
  })

  test('a job can be cancelled', async () => {
    const id = await send()
    await expect(project.client.cancelJob(id)).resolves.toMatchObject({ id, state: 'cancelled', runs: [] })
  })
})

describe('the first version', () => {
  test('runs jobs that were sent before it started', async () => {
    first = await project.start('first')
    const status = await project.ended(early)
    expect(status.state).toBe('completed')
    expect(definitionsOf(early)).toEqual(new Set(['removed', 'kept']))
  })

  test('does not have a later event, so its job waits, and healthCheck names the missing task', async () => {
    const { client, server, until } = project
    unregistered = (await client.sendJob('work.late', { tenantId: 'acme' })).id
    await until(() => server.runs().find((run) => run.friendlyId === unregistered)!.status === 'PENDING_VERSION')
    await expect(client.getJobStatus(unregistered)).resolves.toMatchObject({ state: 'queued', runs: [] })
    const health = await client.healthCheck()
    expect(health.checks.map(({ name, ok }) => [name, ok])).toEqual([
      ['engine', true],
      ['key', true],
      ['tasks', false],
    ])
    expect(health.checks[2]!.message).toContain('not registered: `event-work__late`')
  })

  test('healthCheck reports the waiting job even in a process that does not have the event', async () => {
    const { server, openAnother } = project
    const health = await openAnother([asked]).healthCheck()
    expect(health.checks.at(-1)).toMatchObject({ name: 'workers', ok: false })
    expect(health.checks.at(-1)!.message).toBe(
      `jobs such as ${server.runs().at(-1)!.friendlyId} wait for the task \`event-work__late\`. Deploy the task`,
    )
  })

  test('accepts delayed jobs, and is killed while some jobs run and some wait', async () => {
    const { client, journal, until } = project
    failed = await send({ throwIn: [1] })
    await expect(project.ended(failed)).resolves.toMatchObject({ state: 'failed', runs: [{}, {}] })
    delayed = await send({}, { delay: '1h' })
    delayedAlone = (await client.sendJob('work.followed', { tenantId: 'acme' }, { delay: '1h' })).id
    between = await send({ laterOf: 'kept' })
    await until(async () => (await client.getJobStatus(between)).runs.some(({ state }) => state === 'retrying'))
    const gate = journal.gate()
    killed = await send({ gate: gate.path })
    await until(() => definitionsOf(killed).size === 2)
    // Their runs of `removed` wait for the previous one.
    ;[waiting, waitingToo] = [await send(), await send()]
    for (const id of [waiting, waitingToo]) {
      await until(() => statusOfRemoved(id) === 'PENDING')
      await until(async () => (await client.getJobStatus(id)).runs.some(({ state }) => state === 'completed'))
    }
    await first.kill()
    gate.open()
  })
})

describe('after the worker was killed with all of its processes', () => {
  test('its runs fail after five minutes, with an error that names the reason', async () => {
    aheadMs += 301_000 // after five minutes without a heartbeat
    const status = await project.ended(killed)
    expect(status.state).toBe('failed')
    expect(status.runs.map(({ state, attempts }) => [state, attempts])).toEqual([
      ['failed', 1],
      ['failed', 1],
    ])
    for (const { error } of status.runs) expect(error!.message).toContain('TASK_RUN_STALLED_EXECUTING')
  })

  test('waiting runs keep waiting', async () => {
    const status = await project.client.getJobStatus(waiting)
    expect(status.state).not.toBe('failed')
    expect(status.runs.find(({ definitionId }) => definitionId === 'removed')).toMatchObject({
      state: 'queued',
      attempts: 0,
    })
  })
})

describe('the second version', () => {
  test('runs the job that waited for it', async () => {
    second = await project.start('second')
    await expect(project.ended(unregistered)).resolves.toMatchObject({ state: 'completed', runs: [{ output: 'late' }] })
    const health = await project.client.healthCheck()
    expect(health.checks.find(({ name }) => name === 'tasks')).toMatchObject({ ok: true })
  })

  test('a run of a removed definition waits, healthCheck names the missing task, and the job can be cancelled', async () => {
    const { client, until } = project
    await until(() => [waiting, waitingToo].every((id) => statusOfRemoved(id) === 'PENDING_VERSION'))
    const status = await client.getJobStatus(waiting)
    expect(Object.fromEntries(status.runs.map(({ definitionId, state }) => [definitionId, state]))).toEqual({
      removed: 'queued',
      kept: 'completed',
    })
    const health = await client.healthCheck()
    const messages = [waiting, waitingToo].map(
      (id) => `jobs such as ${id} wait for the task \`job-removed\`. Deploy the task`,
    )
    expect(health.checks.at(-1)!.message).toBeOneOf(messages)
    for (const id of [waiting, waitingToo]) {
      await expect(client.cancelJob(id)).resolves.toMatchObject({ state: 'cancelled' })
    }
    await expect(client.healthCheck()).resolves.toMatchObject({ ok: true })
  })

  test('a run that waited for its next attempt fails, because its version no longer exists', async () => {
    const { client, journal, until } = project
    aheadMs += 1_200_000
    const status = await project.ended(between)
    const kept = status.runs.find(({ definitionId }) => definitionId === 'kept')!
    expect(kept).toMatchObject({ state: 'failed' })
    expect(kept.error!.message).toContain('COULD_NOT_FIND_EXECUTOR')
    expect(journal.entries(between, 'handled').filter(({ definition }) => definition === 'kept')).toHaveLength(1)

    await client.retryJob(between)
    await until(async () => (await client.getJobStatus(between)).state === 'retrying')
    await expect(client.cancelJob(between)).resolves.toMatchObject({ state: 'cancelled' })
  })

  test('retryJob of a killed job runs the remaining definitions', async () => {
    const { client, journal } = project
    await client.retryJob(killed)
    const status = await project.ended(killed)
    const kept = status.runs.filter(({ definitionId }) => definitionId === 'kept')
    expect(kept.map(({ state }) => state)).toEqual(['failed', 'completed'])
    // The run of the removed definition stays failed.
    expect(status.state).toBe('failed')
    const lines = journal.entries(killed, 'logged').filter(({ level }) => level === 'warn')
    expect(lines).toMatchObject([{ definitions: ['removed'] }])
  })

  test('a retried job stays failed if one of its failed definitions was removed', async () => {
    const { client } = project
    await client.retryJob(failed)
    const status = await project.ended(failed)
    expect(status.state).toBe('failed')
    expect(status.runs).toHaveLength(3)
    expect(status.runs[2]).toMatchObject({ definitionId: 'kept', state: 'failed' })
    expect(status.runs[2]!.retryOf).toBe(status.runs.find(({ definitionId }) => definitionId === 'kept')!.id)
  })

  test('a delayed job of the first version runs with the added definition', async () => {
    aheadMs += 3_600_000
    const status = await project.ended(delayed)
    expect(status).toMatchObject({ state: 'completed' })
    expect(status.runs.map(({ definitionId }) => definitionId).toSorted()).toEqual(['added', 'kept'])
    expect(definitionsOf(delayed)).toEqual(new Set(['added', 'kept']))
  })

  test('a delayed job is unhandled if no job handles its event any more', async () => {
    await expect(project.ended(delayedAlone)).resolves.toMatchObject({ state: 'unhandled', runs: [] })
    expect(definitionsOf(delayedAlone)).toEqual(new Set([]))
  })
})

// Trigger.dev locks a run to the version in which it began. In development, only the session that built a version has it,
// beside newer ones, so each deploy is a change in one session. The CLI builds over the first version of a session, which
// therefore has no runs here.
describe('a workflow that changes while its runs wait', () => {
  let orders = 0

  async function sendOrder(script: OrderScript = {}): Promise<string> {
    const { id } = await project.client.sendJob('work.counted', { tenantId: 'acme', number: ++orders, data: script })
    return id
  }

  const runsOf = async (id: string) => (await project.client.getJobStatus(id)).runs

  const did = (id: string): unknown[] => project.journal.entries(id, 'did').map((entry) => entry['did'])

  async function untilWaiting(id: string): Promise<void> {
    const isWaiting = async () =>
      (await runsOf(id)).at(-1)?.steps?.some(({ id: step, state }) => step === 'told' && state === 'waiting')
    await project.until(async () => (await isWaiting()) === true)
  }

  async function tellAll(): Promise<void> {
    for (let number = 1; number <= orders; number++) {
      const { id } = await project.client.sendJob('work.asked', { tenantId: 'acme', number, data: {} })
      await project.ended(id)
    }
  }

  /** Deploys the code of this name, and waits until the session runs it. */
  async function deploy(name: 'firstOrder' | 'secondOrder' | 'thirdOrder'): Promise<void> {
    const ready = (): number => second.output().split('Local worker ready').length
    const before = ready()
    const code = `import { ${name} } from './orders.ts'\nexport const orders = [${name}]\n`
    writeFileSync(join(second.folder, 'orders/deployed.ts'), code)
    await project.until(() => ready() > before)
  }

  let across: string
  let queued: string
  let outOfStock: string
  let compensated: string
  let stock: ReturnType<Project['journal']['gate']>

  test('has runs of the first version: some wait, one is queued for a retry, and some have failed', async () => {
    aheadMs = 0
    stock = project.journal.gate()
    await deploy('firstOrder')
    outOfStock = await sendOrder({ stockAt: stock.path, isFinal: true })
    compensated = await sendOrder({ stockAt: stock.path })
    for (const id of [outOfStock, compensated]) await untilWaiting(id)
    await tellAll()
    for (const id of [outOfStock, compensated]) {
      await expect(project.ended(id)).resolves.toMatchObject({ state: 'failed', runs: [{ version: '1' }] })
    }
    queued = await sendOrder({ retriesLate: true })
    across = await sendOrder()
    await untilWaiting(across)
    await project.until(async () => (await runsOf(queued))[0]?.state === 'retrying')
    expect([outOfStock, compensated, queued, across].map(did)).toEqual([
      ['check 1', 'reserve 1'],
      ['check 1', 'reserve 1', 'release 1'],
      ['check 1', 'reserve 1'],
      ['check 1', 'reserve 1'],
    ])
  })

  test('keeps them on their version in a deploy without it, beside runs of the new version', async () => {
    await deploy('secondOrder')
    const newer = await sendOrder()
    for (const id of [newer, queued]) await untilWaiting(id)
    await tellAll()
    const versions = { [across]: '1', [queued]: '1', [newer]: '2' }
    for (const [id, version] of Object.entries(versions)) {
      await expect(project.ended(id)).resolves.toMatchObject({
        state: 'completed',
        runs: [{ version, output: version }],
      })
    }
    expect([across, queued, newer].map(did)).toEqual([
      ['check 1', 'reserve 1', 'ship 1'],
      ['check 1', 'reserve 1', 'ship 1'],
      ['ship 2', 'check 2'],
    ])
  })

  test('parks a retry of a failed run in a deploy without its version, and does not compensate it', async () => {
    await project.client.retryJob(outOfStock)
    await project.until(async () => (await runsOf(outOfStock)).at(-1)?.parked !== undefined)
    const { runs } = await project.ended(outOfStock)
    expect(runs.map(({ state, version }) => [state, version])).toEqual([
      ['failed', '1'],
      ['failed', '1'],
    ])
    expect(runs[1]!.error).toMatchObject({ code: 'workflow_changed' })
    expect(did(outOfStock)).toEqual(['check 1', 'reserve 1'])
  })

  test('begins with the current version in a retry of a compensated run, and in a replay by the dashboard', async () => {
    await project.client.retryJob(compensated)
    const { id: replayed } = await project.raw.runs.replay(across)
    for (const id of [compensated, replayed]) await untilWaiting(id)
    await tellAll()
    for (const id of [compensated, replayed]) {
      const { state, runs } = await project.ended(id)
      expect([state, runs.at(-1)]).toMatchObject(['completed', { version: '2', output: '2' }])
    }
    expect(did(compensated).slice(3)).toEqual(['ship 2', 'check 2'])
    expect(did(replayed)).toEqual(['ship 2', 'check 2'])
  })

  test('continues a retry with the code of its version in `previous`, and repeats no step', async () => {
    await deploy('thirdOrder')
    stock.open()
    await project.client.retryJob(outOfStock)
    const { state, runs } = await project.ended(outOfStock)
    expect([state, runs.at(-1)]).toMatchObject(['completed', { version: '1', output: '1' }])
    expect(did(outOfStock)).toEqual(['check 1', 'reserve 1', 'ship 1'])
    const failures = project.journal.all().filter(({ what }) => what === 'failed')
    expect(failures.map(({ jobId, name }) => `${String(name)} ${jobId}`).toSorted()).toEqual(
      [
        `StepFailedError ${outOfStock}`,
        `StepFailedError ${compensated}`,
        `WorkflowChangedError ${outOfStock}`,
      ].toSorted(),
    )
  })
})
