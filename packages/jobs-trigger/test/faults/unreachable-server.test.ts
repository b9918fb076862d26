import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { openProject, type Project } from '../kit/open-project.ts'
import type { HandlerScript } from './project/handler-script.ts'

let project: Project

beforeAll(async () => {
  project = await openProject()
  await project.start('jobs')
})

afterAll(() => project?.close())

async function send(act: HandlerScript, options = {}): Promise<string> {
  return (await project.client.sendJob('work.asked', { tenantId: 'acme', data: act }, options)).id
}

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
