import { createLoopbackServer, type LoopbackServer } from '@cgk-platform/jobs-trigger/loopback'
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest'

import { totalOf } from '../src/demo/figures.ts'
import { figuresOfJobs } from '../src/demo/figures-of-jobs.ts'
import { StageError } from '../src/demo/stage.ts'
import { createTriggerStage } from '../src/demo/trigger-stage.ts'
import { createMemoryScreen, openDays } from './play.ts'

let server: LoopbackServer

beforeAll(async () => {
  server = await createLoopbackServer()
})
afterAll(() => server.close())
beforeEach(() => {
  vi.stubEnv('TRIGGER_API_URL', server.url)
  vi.stubEnv('TRIGGER_SECRET_KEY', server.secretKey)
  vi.stubEnv('TRIGGER_ACCESS_TOKEN', server.accessToken)
  vi.stubEnv('TRIGGER_PROJECT_REF', server.projectRef)
  vi.stubEnv('JOB_LOG_LEVEL', 'silent')
})

it('plays on the Trigger.dev server that is named, with a worker of its own', async () => {
  const { events } = await openDays()
  const stage = await createTriggerStage(createMemoryScreen())
  expect(stage.description).toContain(`Trigger.dev's SDK and CLI worker, and the server at ${server.url}`)
  const handles = await stage.play(events.slice(0, 3), createMemoryScreen())
  const { byShop } = await figuresOfJobs(stage, handles, () => undefined)
  expect(totalOf(byShop)).toMatchObject({ orders: 3, sales: 13_912 + 2220 + 27_873, confirmations: 3 })
  await stage.close()
  await expect.poll(() => server.connectedWorkers()).toBe(0)
})

it('leaves the jobs to a worker that runs elsewhere where it may not bring one', async () => {
  vi.stubEnv('TRIGGER_ACCESS_TOKEN', undefined)
  const stage = await createTriggerStage(createMemoryScreen())
  expect(stage.description).toContain(`a worker that runs elsewhere, and the server at ${server.url}`)
  await stage.close()
})

it('says what the CLI said where its worker does not start', async () => {
  vi.stubEnv('TRIGGER_ACCESS_TOKEN', 'tr_pat_unknown')
  const opening = createTriggerStage(createMemoryScreen())
  await expect(opening).rejects.toThrow(StageError)
  await expect(opening).rejects.toThrow(/did not start.*You must login first/s)
})
