import { afterAll, beforeAll, expect, test } from 'vitest'

import { openProject, type Project } from '../kit/open-project.ts'
import type { WorkflowScript } from './project/workflow-script.ts'

let project: Project

beforeAll(async () => {
  project = await openProject()
  await project.start('workflows')
})

afterAll(() => project?.close())

const queue = { type: 'task', name: 'event-work__followed' } as const

async function send(event: 'work.asked' | 'work.followed', number: number, data: unknown): Promise<string> {
  return (await project.client.sendJob(event, { tenantId: 'acme', number, data })).id
}

test('a wait receives an event that was sent in time, although its run begins after the timeout', async () => {
  const { client, raw, until, ended } = project
  await raw.queues.pause(queue)
  const script: WorkflowScript = { flow: 'waits', waitMs: 10_000 }
  const id = await send('work.asked', 40, script)
  await until(async () => (await client.getJobStatus(id)).runs[0]?.steps?.[1]?.state === 'waiting')
  const jobs = [await send('work.followed', 41, 'another'), await send('work.followed', 40, 'late')]
  const { state, runs } = await ended(id)
  expect([state, runs[0]?.output]).toEqual(['completed', ['first done', 'late', 'second done']])
  await raw.queues.resume(queue)
  for (const job of jobs) expect((await ended(job)).runs).toEqual([])
})
