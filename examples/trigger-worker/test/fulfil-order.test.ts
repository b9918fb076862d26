import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createJobClient, findRun, type JobClient, type JobInput, type RunStatus } from '@cgk-platform/jobs'
import {
  type CliWorker,
  createLoopbackServer,
  type LoopbackServer,
  startCliWorker,
} from '@cgk-platform/jobs-trigger/loopback'
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

/** Hands an order to the workflow; answers the job's id. */
async function accept(orderId: string, order: Partial<JobInput<'order.accepted'>> = {}): Promise<string> {
  const items = [{ sku: '22064', quantity: 2 }]
  const payload = { tenantId: 'norway', orderId, totalAmount: 1000, customerEmail: 'ada@example.com', items, ...order }
  const job = await client.sendJob('order.accepted', payload)
  return job.id
}

async function ended(jobId: string): Promise<RunStatus> {
  return findRun(await client.waitForJob(jobId, { timeout: '2m' }), fulfilOrder)!
}

/** Each step and its state; with the compensation's, where there was one. */
function stepsOf({ steps = [] }: RunStatus): string[] {
  return steps.map(
    ({ id, state, compensation }) => `${id} ${state}${compensation ? `, compensation ${compensation.state}` : ''}`,
  )
}

/** What the gateway of the worker's processes booked of a run, from its own file. */
async function booksOf({ steps }: RunStatus): Promise<Booking[]> {
  const paid = steps?.find(({ id }) => id === 'charge')?.output as { id?: string } | undefined
  const books = await createGateway(createJournal(join(data, 'gateway.jsonl'))).books()
  return books.filter(({ id, paymentId }) => paid !== undefined && (id === paid.id || paymentId === paid.id))
}

it('sleeps for a day with an order that is paid and packed, and leaves both as they are when it is cancelled', async () => {
  const jobId = await accept('4711')
  const packed = ['charge completed', 'pack completed', 'confirm completed']
  const run = await vi.waitFor(
    async () => {
      const asleep = findRun(await client.getJobStatus(jobId), fulfilOrder)!
      expect(stepsOf(asleep)).toEqual([...packed, 'cool-off waiting'])
      return asleep
    },
    { timeout: 60_000, interval: 200 },
  )
  const { waitsUntil, startedAt } = run.steps!.at(-1)!
  expect(waitsUntil!.getTime() - startedAt!.getTime()).toBe(24 * 60 * 60 * 1000)

  await client.cancelJob(jobId)
  const cancelled = await ended(jobId)
  expect(cancelled.state).toBe('cancelled')
  expect(stepsOf(cancelled).slice(0, 3)).toEqual(packed)
  expect(await booksOf(cancelled)).toMatchObject([{ kind: 'payment', amount: 1000 }])
})

it('pays an order back that is sold out once it is paid', async () => {
  const run = await ended(await accept('4712', { items: [{ sku: '21899', quantity: 1 }] }))
  expect(run).toMatchObject({ state: 'failed', error: { code: 'step_failed' } })
  expect(stepsOf(run)).toEqual(['charge completed, compensation completed', 'pack failed', 'confirm completed'])
  expect(await booksOf(run)).toMatchObject([
    { kind: 'payment', amount: 1000 },
    { kind: 'refund', amount: 1000 },
  ])
})

it('tries a payment five times that is declined for good, and has nothing to compensate', async () => {
  const run = await ended(await accept('4713', { customerId: '17854' }))
  expect(run).toMatchObject({ state: 'failed', steps: [{ id: 'charge', state: 'failed', attempts: 5 }] })
  expect(run.steps![0]).not.toHaveProperty('compensation')
})
