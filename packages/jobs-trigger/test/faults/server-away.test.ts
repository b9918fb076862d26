import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { refusal } from '../kit/faults.ts'
import { openProject, type Project } from '../kit/open-project.ts'
import { expectNoSecrets } from '../kit/secrets.ts'
import type { Fault } from '../loopback/index.ts'
import type { Act } from './project/act.ts'

let project: Project

beforeAll(async () => {
  project = await openProject()
  await project.start('jobs')
})

afterAll(() => project?.close())

async function send(act: Act, options = {}): Promise<string> {
  return (await project.client.sendJob('work.asked', { tenantId: 'acme', data: act }, options)).id
}

/** A job whose handler waits at a gate. */
async function sendWaiting(act: Act = {}) {
  const { journal, until } = project
  const gate = journal.gate()
  const id = await send({ ...act, gate: gate.path })
  await until(() => journal.notes(id, 'handled').length > 0)
  return { id, gate }
}

/** Takes the server away for so long, and does something meanwhile. */
async function whileAway(downMs: number, work: () => void): Promise<void> {
  const { server, until } = project
  const back = server.restart(downMs)
  await until(() =>
    fetch(server.url).then(
      () => false,
      () => true,
    ),
  )
  work()
  await back
}

describe('a server that goes away while a handler runs, and comes back', () => {
  test('before the handler ends: the run completes', async () => {
    const { id, gate } = await sendWaiting()
    await whileAway(300, () => undefined)
    gate.open()
    await expect(project.ended(id)).resolves.toMatchObject({
      state: 'completed',
      runs: [{ attempts: 1, output: 'done' }],
    })
  })

  test('after it: the run completes, and the handler is not called again', async () => {
    const { id, gate } = await sendWaiting()
    await whileAway(600, gate.open)
    await expect(project.ended(id)).resolves.toMatchObject({
      state: 'completed',
      runs: [{ attempts: 1, output: 'done' }],
    })
    expect(project.journal.notes(id, 'handled')).toHaveLength(1)
  })

  test('after it threw: the next attempt is made', async () => {
    const { id, gate } = await sendWaiting({ throwIn: [1] })
    await whileAway(600, gate.open)
    await expect(project.ended(id)).resolves.toMatchObject({
      state: 'completed',
      runs: [{ attempts: 2, output: 'done' }],
    })
  })

  test("the handler's own send fails with a coded error, and succeeds in the next attempt", async () => {
    const { journal, server } = project
    const { id, gate } = await sendWaiting({ sends: true })
    const before = server.runs().length
    await whileAway(1500, gate.open)
    const status = await project.ended(id)
    expect(status).toMatchObject({ state: 'completed', runs: [{ attempts: 2 }] })
    const [failed] = journal.notes(id, 'notSent')
    expect(failed).toMatchObject({ code: 'send_failed', accepted: 'no', attempt: 1 })
    expect(failed!['message']).toContain('ECONNREFUSED')
    expect(server.runs()).toHaveLength(before + 1)
  })

  test('is told of a cancel afterwards as before', async () => {
    const { client, journal, until } = project
    const { id } = await sendWaiting()
    await whileAway(300, () => undefined)
    await expect(client.cancelJob(id)).resolves.toMatchObject({ state: 'cancelled' })
    await until(() => journal.notes(id, 'aborted').length === 1)
  })
})

describe("a handler's own send", () => {
  test.each<{ name: string; fault: Fault; accepted: string; requests: number }>([
    { name: '401', fault: refusal(401), accepted: 'no', requests: 1 },
    { name: '422', fault: refusal(422), accepted: 'no', requests: 1 },
    { name: '500', fault: refusal(500), accepted: 'maybe', requests: 4 },
    { name: 'a reset', fault: { kind: 'reset', when: 'before' }, accepted: 'maybe', requests: 4 },
  ])('refused with $name is an error with a code, and the run fails with it', async (one) => {
    const { server, journal } = project
    const asked = () => server.requests.filter(({ path }) => path.includes('event-work__followed/trigger')).length
    const before = asked()
    const stop = server.fault({ path: /event-work__followed\/trigger/ }, one.fault)
    const id = await send({ sends: true }, { maxAttempts: 1 })
    const status = await project.ended(id)
    stop()
    expect(status).toMatchObject({ state: 'failed', runs: [{ attempts: 1, error: { code: 'send_failed' } }] })
    expect(journal.notes(id, 'notSent')).toMatchObject([{ code: 'send_failed', accepted: one.accepted }])
    expect(journal.notes(id, 'onFailure')).toHaveLength(1)
    expect(asked()).toBe(before + one.requests)
    expectNoSecrets(status, journal.notes(id))
  })

  test('whose answer was lost is one job', async () => {
    const { server } = project
    const before = server.runs().length
    server.fault({ path: /event-work__followed\/trigger/, times: 2 }, { kind: 'cut' })
    const id = await send({ sends: true })
    await expect(project.ended(id)).resolves.toMatchObject({ state: 'completed' })
    expect(server.runs()).toHaveLength(before + 2)
  })
})

describe("a job whose definitions' runs cannot be made at first", () => {
  test.each<{ name: string; fault: Fault; times: number }>([
    { name: '500', fault: refusal(500), times: 4 },
    { name: '401', fault: refusal(401), times: 1 },
    { name: 'an answer that is lost each time', fault: { kind: 'cut' }, times: 4 },
  ])('for $name: they are made in another attempt, once each, which costs them none of theirs', async (one) => {
    const { server, journal } = project
    server.fault({ path: /job-work\/trigger/, times: one.times }, one.fault)
    const id = await send({}, { idempotencyKey: one.name })
    await expect(project.ended(id)).resolves.toMatchObject({
      state: 'completed',
      runs: [{ attempts: 1, output: 'done' }],
    })
    expect(journal.notes(id, 'handled')).toHaveLength(1)
    const made = server.runs().filter(({ parentId }) => parentId === id)
    expect(made).toHaveLength(1)
    const warnings = journal.all().filter(({ runId, level }) => runId === id && level === 'warn')
    expect(warnings).toMatchObject([{ message: 'A run failed before its job could begin; it is tried again.' }])
    expectNoSecrets(warnings)
  })
})

test('a record that cannot be told of while the handler runs goes along with its end', async () => {
  const { server } = project
  const stop = server.fault({ method: 'PUT', path: /metadata/ }, refusal(500))
  const { id, gate } = await sendWaiting()
  await expect(project.client.getJobStatus(id)).resolves.toMatchObject({ state: 'queued', runs: [] })
  gate.open()
  const status = await project.ended(id)
  stop()
  expect(status).toMatchObject({ state: 'completed', runs: [{ definitionId: 'work', maxAttempts: 2, output: 'done' }] })
})

test("a tick whose job's answer was lost is one job", async () => {
  const { server, raw, until } = project
  const jobs = () => server.runs().filter(({ taskIdentifier }) => taskIdentifier === 'cron-sweep').length
  const before = jobs()
  server.fault({ path: /cron-sweep\/trigger/, times: 2 }, { kind: 'cut' })
  const { id } = await raw.tasks.trigger('tick-sweep', { timestamp: new Date() })
  await until(async () => (await raw.runs.retrieve(id)).isCompleted)
  expect((await raw.runs.retrieve(id)).output).toEqual({ sent: 1, skipped: [] })
  expect(jobs()).toBe(before + 1)
})
