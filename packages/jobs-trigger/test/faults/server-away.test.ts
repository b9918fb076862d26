import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { openProject, type Project } from '../kit/open-project.ts'
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

/** Takes the server away, opens a gate, and brings the server back once the handler has left this note. */
async function openWhileAway({ id, gate }: Awaited<ReturnType<typeof sendWaiting>>, what: string): Promise<void> {
  const { server, journal, until } = project
  await server.restart(async () => {
    gate.open()
    await until(() => journal.notes(id, what).length > 0)
  })
}

describe('a server that goes away while a handler runs, and comes back', () => {
  test('after it: the run completes, and the handler is not called again', async () => {
    const waiting = await sendWaiting()
    await openWhileAway(waiting, 'logged')
    const { id } = waiting
    await expect(project.ended(id)).resolves.toMatchObject({
      state: 'completed',
      runs: [{ attempts: 1, output: 'done' }],
    })
    expect(project.journal.notes(id, 'handled')).toHaveLength(1)
  })

  test('after it threw: the next attempt is made', async () => {
    const waiting = await sendWaiting({ throwIn: [1] })
    await openWhileAway(waiting, 'logged')
    await expect(project.ended(waiting.id)).resolves.toMatchObject({
      state: 'completed',
      runs: [{ attempts: 2, output: 'done' }],
    })
  })

  test("the handler's own send fails with a coded error, and succeeds in the next attempt", async () => {
    const { journal, server } = project
    const waiting = await sendWaiting({ sends: true })
    const { id } = waiting
    const before = server.runs().length
    await openWhileAway(waiting, 'notSent')
    const status = await project.ended(id)
    expect(status).toMatchObject({ state: 'completed', runs: [{ attempts: 2 }] })
    const [failed] = journal.notes(id, 'notSent')
    expect(failed).toMatchObject({ code: 'send_failed', accepted: 'no', attempt: 1 })
    expect(failed!['message']).toContain('ECONNREFUSED')
    expect(server.runs()).toHaveLength(before + 1)
  })
})

describe("a handler's own send", () => {
  test('whose answer was lost is one job', async () => {
    const { server } = project
    const before = server.runs().length
    server.fault({ path: /event-work__followed\/trigger/, times: 2 }, { kind: 'cut' })
    const id = await send({ sends: true })
    await expect(project.ended(id)).resolves.toMatchObject({ state: 'completed' })
    expect(server.runs()).toHaveLength(before + 2)
  })
})
