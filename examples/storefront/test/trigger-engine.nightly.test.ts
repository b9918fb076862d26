import { createLoopbackServer, type LoopbackServer } from '@cgk-platform/trigger-loopback'
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest'

import { totalOf } from '../src/demo/figures.ts'
import { figuresOfJobs } from '../src/demo/figures-of-jobs.ts'
import { DemoEngineError } from '../src/demo/demo-engine.ts'
import { createTriggerEngine } from '../src/demo/trigger-engine.ts'
import { createMemoryScreen, openDays } from './demo-kit.ts'

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

it.each(['the configured server', 'its own server'])('runs orders on %s with its own worker', async (which) => {
  const isOwn = which === 'its own server'
  if (isOwn) vi.stubEnv('TRIGGER_SECRET_KEY', undefined).stubEnv('TRIGGER_API_URL', undefined)
  const { events } = await openDays()
  const engine = await createTriggerEngine(createMemoryScreen())
  const place = isOwn ? 'a loopback server in this process' : `the server at ${server.url}`
  expect(engine.description).toContain(`Trigger.dev's SDK and CLI worker, and ${place}`)
  const handles = await engine.simulate(events.slice(0, 3), createMemoryScreen())
  const { byShop } = await figuresOfJobs(engine, handles, () => undefined)
  expect(totalOf(byShop)).toMatchObject({ orders: 3, sales: 13_912 + 2220 + 27_873, confirmations: 3 })
  await engine.close()
  await expect.poll(() => server.connectedWorkers()).toBe(0)
})

it('uses a worker elsewhere if it has no access for its own', async () => {
  vi.stubEnv('TRIGGER_ACCESS_TOKEN', undefined)
  const engine = await createTriggerEngine(createMemoryScreen())
  expect(engine.description).toContain(`a worker that runs elsewhere, and the server at ${server.url}`)
  await engine.close()
})

it('reports the output of the CLI if its worker does not start', async () => {
  vi.stubEnv('TRIGGER_ACCESS_TOKEN', 'tr_pat_unknown')
  const opening = createTriggerEngine(createMemoryScreen())
  await expect(opening).rejects.toThrow(DemoEngineError)
  await expect(opening).rejects.toThrow(/did not start.*You must login first/s)
})
