import { defineJob } from '@cgk-platform/jobs-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { CliWorker } from '../kit/cli-worker.ts'
import { openProject, type Project } from '../kit/open-project.ts'
import type { Act } from './project/act.ts'
import './project/late-events.ts'

// One story, told in the order of its tests: no worker, the first version, its end, the second version.

const handler = () => undefined
const asked = defineJob({ id: 'kept', event: 'work.asked', handler })
const late = defineJob({ id: 'late', event: 'work.late', handler })

let project: Project
let first: CliWorker
let aheadMs = 0

beforeAll(async () => {
  const now = () => Date.now() + aheadMs
  project = await openProject({ server: { now }, jobs: [asked, late] })
})

afterAll(() => project?.close())

async function send(act: Act = {}, options = {}): Promise<string> {
  return (await project.client.sendJob('work.asked', { tenantId: 'acme', data: act }, options)).id
}

function definitionsOf(id: string): Set<unknown> {
  return new Set(project.journal.notes(id, 'handled').map(({ definition }) => definition))
}

let early: string
let unheard: string
let delayed: string
let delayedAlone: string
let failed: string
let killed: string
let between: string
let waiting: string
let waitingToo: string

describe('no worker at all', () => {
  test('a job is queued, without runs, and healthCheck says that nothing is deployed', async () => {
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

  test('it can be cancelled', async () => {
    const id = await send()
    await expect(project.client.cancelJob(id)).resolves.toMatchObject({ id, state: 'cancelled', runs: [] })
  })
})

describe('the first version', () => {
  test('runs what was sent before it came', async () => {
    first = await project.start('first')
    const status = await project.ended(early)
    expect(status.state).toBe('completed')
    expect(definitionsOf(early)).toEqual(new Set(['gone', 'kept']))
  })

  test('does not know an event of later: its job waits, and healthCheck says for what', async () => {
    const { client, server, until } = project
    unheard = (await client.sendJob('work.late', { tenantId: 'acme' })).id
    await until(() => server.runs().at(-1)!.status === 'PENDING_VERSION')
    await expect(client.getJobStatus(unheard)).resolves.toMatchObject({ state: 'queued', runs: [] })
    const health = await client.healthCheck()
    expect(health.checks.map(({ name, ok }) => [name, ok])).toEqual([
      ['engine', true],
      ['key', true],
      ['tasks', false],
    ])
    expect(health.checks[2]!.message).toContain('not registered: `event-work__late`')
  })

  test('a process that does not know the event either is told of the job by healthCheck', async () => {
    const { server, openAnother } = project
    const health = await openAnother([asked]).healthCheck()
    expect(health.checks.at(-1)).toMatchObject({ name: 'workers', ok: false })
    expect(health.checks.at(-1)!.message).toBe(
      `jobs wait for the task \`event-work__late\`, such as ${server.runs().at(-1)!.friendlyId}: deploy it`,
    )
  })

  test('takes jobs for later, and is killed while some run and some wait', async () => {
    const { client, journal, until, server } = project
    failed = await send({ throwIn: [1] })
    await expect(project.ended(failed)).resolves.toMatchObject({ state: 'failed', runs: [{}, {}] })
    delayed = await send({}, { delay: '1h' })
    delayedAlone = (await client.sendJob('work.followed', { tenantId: 'acme' }, { delay: '1h' })).id
    between = await send({ laterOf: 'kept' })
    await until(async () => (await client.getJobStatus(between)).runs.some(({ state }) => state === 'retrying'))
    const gate = journal.gate()
    killed = await send({ gate: gate.path })
    await until(() => definitionsOf(killed).size === 2)
    // Its run of `gone` waits for the one before.
    ;[waiting, waitingToo] = [await send(), await send()]
    const queued = () => server.runs().filter((run) => run.taskIdentifier === 'job-gone' && run.status === 'PENDING')
    await until(() => queued().length === 2)
    for (const id of [waiting, waitingToo]) {
      await until(async () => (await client.getJobStatus(id)).runs.some(({ state }) => state === 'completed'))
    }
    await first.kill()
    gate.open()
  })
})

describe('killed in mid-run with all of its processes', () => {
  test('its runs have failed once they count as lost, and say why', async () => {
    aheadMs += 301_000 // after five minutes without a word
    const status = await project.ended(killed)
    expect(status.state).toBe('failed')
    expect(status.runs.map(({ state, attempts }) => [state, attempts])).toEqual([
      ['failed', 1],
      ['failed', 1],
    ])
    for (const { error } of status.runs) expect(error!.message).toContain('TASK_RUN_STALLED_EXECUTING')
  })

  test('those that wait go on waiting', async () => {
    const status = await project.client.getJobStatus(waiting)
    expect(status.state).not.toBe('failed')
    expect(status.runs.find(({ definitionId }) => definitionId === 'gone')).toMatchObject({
      state: 'queued',
      attempts: 0,
    })
  })
})

describe('the second version', () => {
  test('runs the job that waited for it', async () => {
    await project.start('second')
    await expect(project.ended(unheard)).resolves.toMatchObject({ state: 'completed', runs: [{ output: 'late' }] })
    const health = await project.client.healthCheck()
    expect(health.checks.find(({ name }) => name === 'tasks')).toMatchObject({ ok: true })
  })

  test('a run whose definition is gone waits, healthCheck says for what, and the job can be cancelled', async () => {
    const { client, server, until } = project
    await until(() => server.runs().filter(({ status }) => status === 'PENDING_VERSION').length === 2)
    const status = await client.getJobStatus(waiting)
    expect(Object.fromEntries(status.runs.map(({ definitionId, state }) => [definitionId, state]))).toEqual({
      gone: 'queued',
      kept: 'completed',
    })
    const health = await client.healthCheck()
    const messages = [waiting, waitingToo].map((id) => `jobs wait for the task \`job-gone\`, such as ${id}: deploy it`)
    expect(health.checks.at(-1)!.message).toBeOneOf(messages)
    for (const id of [waiting, waitingToo]) {
      await expect(client.cancelJob(id)).resolves.toMatchObject({ state: 'cancelled' })
    }
    await expect(client.healthCheck()).resolves.toMatchObject({ ok: true })
  })

  test('a run that waited for its next attempt has failed, since it belongs to the version that is gone', async () => {
    const { client, journal, until } = project
    const status = await project.ended(between)
    const kept = status.runs.find(({ definitionId }) => definitionId === 'kept')!
    expect(kept).toMatchObject({ state: 'failed' })
    expect(kept.error!.message).toContain('COULD_NOT_FIND_EXECUTOR')
    expect(journal.notes(between, 'handled').filter(({ definition }) => definition === 'kept')).toHaveLength(1)

    await client.retryJob(between)
    await until(async () => (await client.getJobStatus(between)).state === 'retrying')
    await expect(client.cancelJob(between)).resolves.toMatchObject({ state: 'cancelled' })
  })

  test('a job that was killed is run again, by the definitions that are left', async () => {
    const { client, journal } = project
    await client.retryJob(killed)
    const status = await project.ended(killed)
    const kept = status.runs.filter(({ definitionId }) => definitionId === 'kept')
    expect(kept.map(({ state }) => state)).toEqual(['failed', 'completed'])
    // What is gone cannot be made well.
    expect(status.state).toBe('failed')
    const lines = journal.notes(killed, 'logged').filter(({ level }) => level === 'warn')
    expect(lines).toMatchObject([{ definitions: ['gone'] }])
  })

  test('a failed job runs again what is left of it, and stays failed for what is gone', async () => {
    const { client } = project
    await client.retryJob(failed)
    const status = await project.ended(failed)
    expect(status.state).toBe('failed')
    expect(status.runs).toHaveLength(3)
    expect(status.runs[2]).toMatchObject({ definitionId: 'kept', state: 'failed' })
    expect(status.runs[2]!.retryOf).toBe(status.runs.find(({ definitionId }) => definitionId === 'kept')!.id)
  })

  test('a job of before that was for later runs on it, with the subscriber that was added', async () => {
    aheadMs += 3_600_000
    const status = await project.ended(delayed)
    expect(status).toMatchObject({ state: 'completed' })
    expect(status.runs.map(({ definitionId }) => definitionId).toSorted()).toEqual(['added', 'kept'])
    expect(definitionsOf(delayed)).toEqual(new Set(['added', 'kept']))
  })

  test('one whose event nobody handles any more completes without runs', async () => {
    await expect(project.ended(delayedAlone)).resolves.toMatchObject({ state: 'completed', runs: [] })
    expect(definitionsOf(delayedAlone)).toEqual(new Set([]))
  })
})
