import type { JobClient } from '@cgk-platform/jobs-core'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { createInngestFunctions } from '@cgk-platform/jobs-inngest'
import { createInngestProvider } from '@cgk-platform/jobs-inngest/provider'
import { createLoopbackEngine, type LoopbackEngine, requestsOf, serveApp } from '@cgk-platform/inngest-loopback'
import { Inngest } from 'inngest'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { openServer } from './browser/kit/open-server.ts'
import { quietLogger } from './browser/kit/quiet-logger.ts'
import { testJobs } from './browser/kit/test-jobs.ts'

let engine: LoopbackEngine
let openClient: () => JobClient
let id: string

beforeAll(async () => {
  engine = await createLoopbackEngine()
  const inngest = new Inngest({ id: 'jobs', baseUrl: engine.url, isDev: true, logger: quietLogger })
  const options = { jobs: testJobs, logger: quietLogger }
  openClient = () => createClient({ load: () => createInngestProvider({ client: inngest }) }, options)
  const sender = openClient()
  const app = await serveApp(inngest, createInngestFunctions({ client: inngest, ...options, jobClient: sender }))
  await engine.sync(app.url)
  ;({ id } = await sender.sendJob('order.paid', { tenantId: 'acme', orderId: 'order_1' }))
  await sender.waitForJob(id)
  await sender.close({ timeout: 0 }) // it makes requests of its own, as the app does
  await app.close()
})

afterAll(() => engine?.close())

// Two for each page of jobs and for a job, and two for the functions that handle recent events, which are known for five
// seconds. A page of one definition also looks for jobs without a run. The health asks for the app and its functions.
test.each<[view: string, reads: (id: string) => string[], requests: number]>([
  ['overview', () => ['overview', 'engine'], 7],
  ['errors', () => ['errors'], 5],
  ['jobs', () => ['jobs'], 4],
  ['a job', (job) => [`job?id=${job}`], 4],
  ['workflows', (job) => ['definitions', 'jobs?definition=fulfil-order&limit=12', `job?id=${job}`], 9],
  ['definitions', () => ['definitions'], 0],
  ['engine', () => ['engine', 'definitions'], 3],
  ['send', () => ['events'], 0],
])('the view `%s` takes no more requests to Inngest than it needs', async (_view, reads, requests) => {
  const client = openClient() // one that remembers nothing
  const server = await openServer({
    client,
    logger: quietLogger,
    authorize: () => ({ user: 'ada', tenants: 'all', can: { payloads: true } }),
  })
  const before = requestsOf(engine, 'any').length
  for (const path of ['session', ...reads(id)]) expect((await fetch(`${server.url}/api/${path}`)).status).toBe(200)
  expect(requestsOf(engine, 'any').slice(before)).toHaveLength(requests)
  await server.stop()
  await client.close({ timeout: 0 })
})
