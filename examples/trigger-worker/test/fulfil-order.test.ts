import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createJobClient, findRun, type JobClient, type JobInput, type RunStatus } from '@cgk-platform/jobs'
import {
  type CliWorker,
  createLoopbackServer,
  type LoopbackServer,
  startCliWorker,
} from '@cgk-platform/trigger-loopback'
import { fulfilOrder } from 'storefront/fulfil-order'
import { type Booking, createGateway } from 'storefront/gateway'
import { createJournal } from 'storefront/journal'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'

const projectDir = join(import.meta.dirname, '..')
const data = mkdtempSync(join(tmpdir(), 'trigger-worker-'))
let server: LoopbackServer
let worker: CliWorker
let client: JobClient

beforeAll(async () => {
  server = await createLoopbackServer()
  worker = await startCliWorker({ server, projectDir, maxConcurrentRuns: 6, env: { STOREFRONT_DATA: data } })
  client = createJobClient({ provider: 'trigger.dev', config: { apiKey: server.secretKey, apiUrl: server.url } })
})

afterAll(async () => {
  await client?.close()
  await worker?.close()
  await server.close()
  rmSync(data, { recursive: true })
})

/** Sends an order to the workflow. Returns the job's id. */
async function accept(orderId: string, order: Partial<JobInput<'order.created'>> = {}): Promise<string> {
  const items = [{ sku: '22064', quantity: 2 }]
  const payload = { tenantId: 'norway', orderId, totalAmount: 1000, customerEmail: 'ada@example.com', items, ...order }
  const job = await client.sendJob(fulfilOrder, payload)
  return job.id
}

async function ended(jobId: string): Promise<RunStatus> {
  return findRun(await client.waitForJob(jobId, { timeout: '2m' }), fulfilOrder)!
}

/** Returns each step with its state, and the state of its compensation, if any. */
function stepsOf({ steps = [] }: RunStatus): string[] {
  return steps.map(
    ({ id, state, compensation }) => `${id} ${state}${compensation ? `, compensation ${compensation.state}` : ''}`,
  )
}

/** Returns the bookings of a run from the gateway's file. */
async function booksOf({ steps }: RunStatus): Promise<Booking[]> {
  const paid = steps?.find(({ id }) => id === 'charge')?.output as { id?: string } | undefined
  const books = await createGateway(createJournal(join(data, 'gateway.jsonl'))).books()
  return books.filter(({ id, paymentId }) => paid !== undefined && (id === paid.id || paymentId === paid.id))
}

it('sleeps for a day after payment and packing, and compensates neither if it is cancelled', async () => {
  const jobId = await accept('4711')
  const packed = ['charge completed', 'pack completed', 'confirm completed']
  const run = await vi.waitFor(
    async () => {
      const sleeping = findRun(await client.getJobStatus(jobId), fulfilOrder)!
      expect(stepsOf(sleeping)).toEqual([...packed, 'cool-off waiting'])
      return sleeping
    },
    { timeout: 300_000, interval: 200 },
  )
  const { waitsUntil, startedAt } = run.steps!.at(-1)!
  expect(waitsUntil!.getTime() - startedAt!.getTime()).toBe(24 * 60 * 60 * 1000)

  await client.cancelJob(jobId)
  const cancelled = await ended(jobId)
  expect(cancelled.state).toBe('cancelled')
  expect(stepsOf(cancelled).slice(0, 3)).toEqual(packed)
  expect(await booksOf(cancelled)).toMatchObject([{ kind: 'payment', amount: 1000 }])
})

it('refunds a paid order that is sold out', async () => {
  const run = await ended(await accept('4712', { items: [{ sku: '21899', quantity: 1 }] }))
  expect(run).toMatchObject({ state: 'failed', error: { code: 'step_failed' } })
  expect(stepsOf(run)).toEqual(['charge completed, compensation completed', 'pack failed', 'confirm completed'])
  expect(await booksOf(run)).toMatchObject([
    { kind: 'payment', amount: 1000 },
    { kind: 'refund', amount: 1000 },
  ])
})

it('fails after five declined payments, and has nothing to compensate', async () => {
  const run = await ended(await accept('4713', { customerId: '17854' }))
  expect(run).toMatchObject({ state: 'failed', steps: [{ id: 'charge', state: 'failed', attempts: 5 }] })
  expect(run.steps![0]).not.toHaveProperty('compensation')
})
