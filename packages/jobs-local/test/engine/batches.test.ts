import { type Definition, defineBatchJob, defineWorkflow } from '@cgk-platform/jobs-core'
import '@cgk-platform/test-kit/work'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { createTestEngine, type TestEngineOptions } from '../../src/testing/index.ts'
import { createTestFile } from '../kit/test-file.ts'

const maxWaitMs = 1000
const backoffMs = 300
const tenantIds = ['acme', 'globex']

/** A call of the handler, by virtual time. */
interface Call {
  readonly at: number
  readonly tenantId: string
  readonly events: readonly { readonly id: string; readonly attempt: number; readonly sentAt: number }[]
}

interface Workload {
  readonly maxSize: number
  readonly slots: number | undefined
  readonly sends: readonly {
    readonly tenant: number
    readonly afterMs: number
    readonly failures: number
    /** Number of later sends after which it is cancelled. */
    readonly cancelAfter: number | undefined
  }[]
}

const workload: fc.Arbitrary<Workload> = fc.record({
  maxSize: fc.integer({ min: 1, max: 4 }),
  slots: fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined }),
  sends: fc.array(
    fc.record({
      tenant: fc.nat(tenantIds.length - 1),
      afterMs: fc.constantFrom(0, 0, 0, 100, 700, 1500),
      failures: fc.constantFrom(0, 0, 0, 1, 2),
      cancelAfter: fc.constantFrom(undefined, undefined, undefined, undefined, 0, 1, 3),
    }),
    { minLength: 1, maxLength: 25 },
  ),
})

async function run({ maxSize, slots, sends }: Workload, config: TestEngineOptions['config']) {
  const calls: Call[] = []
  const importWork = defineBatchJob({
    id: 'import',
    event: 'work.requested',
    maxSize,
    maxWait: maxWaitMs,
    retry: { maxAttempts: 3, backoff: 'fixed', initialDelay: backoffMs },
    ...(slots !== undefined && { concurrency: slots }),
    handler: async (events, context) => {
      const { tenantId } = context
      const of = events.map(({ id, attempt, sentAt }) => ({ id, attempt, sentAt: sentAt.getTime() }))
      calls.push({ at: engine.now().getTime(), tenantId, events: of })
      for (const event of events) {
        expect(event.payload.tenantId).toBe(tenantId)
        if (event.attempt <= (event.payload.data as number)) context.fail(event, new Error('Not yet'))
      }
      if (slots !== undefined) await new Promise((resolve) => setImmediate(resolve))
      return events.map(({ id }) => id)
    },
  }) as unknown as Definition
  const engine = createTestEngine({ jobs: [importWork], config })
  const ids: string[] = []
  for (const [index, { tenant, afterMs, failures }] of sends.entries()) {
    await engine.advance(afterMs)
    const { id } = await engine.client.sendJob('work.requested', { tenantId: tenantIds[tenant]!, data: failures })
    ids.push(id)
    for (const [sent, { cancelAfter }] of sends.slice(0, index + 1).entries())
      if (sent + (cancelAfter ?? Number.NaN) === index) await engine.client.cancelJob(ids[sent]!)
  }
  await engine.runUntilIdle()
  const statuses = await Promise.all(ids.map((id) => engine.client.getJobStatus(id)))
  await engine.client.close()
  return { ids, calls, statuses }
}

/** Checks the rules of batches. */
function check({ maxSize, slots, sends }: Workload, { ids, calls, statuses }: Awaited<ReturnType<typeof run>>): void {
  for (const { events } of calls) expect(events.length).toBeLessThanOrEqual(maxSize)
  for (const [index, id] of ids.entries()) {
    const { failures, cancelAfter } = sends[index]!
    const own = calls.flatMap(({ at, events }) => events.filter((one) => one.id === id).map((one) => ({ at, ...one })))
    expect(own.map(({ attempt }) => attempt)).toEqual(own.map((_, before) => before + 1))
    const isCancelled = cancelAfter !== undefined && statuses[index]!.state === 'cancelled'
    if (!isCancelled) {
      expect(statuses[index]).toMatchObject({ state: 'completed', runs: [{ attempts: failures + 1, output: id }] })
      expect(own).toHaveLength(failures + 1)
    }
    if (slots !== undefined || own.length === 0) continue
    expect(own[0]!.at - own[0]!.sentAt).toBeLessThanOrEqual(maxWaitMs)
    for (const [before, { at }] of own.slice(1).entries()) expect(at - own[before]!.at).toBe(backoffMs)
  }
  if (slots !== undefined) return
  // A smaller batch has an event that waited long enough, or that is retried.
  for (const { at, events } of calls) {
    const isDue = events.some(({ attempt, sentAt }) => attempt > 1 || at - sentAt === maxWaitMs)
    expect(events.length === maxSize || isDue).toBe(true)
  }
}

const slow = { maxSize: 4, maxWait: '1s' } as const
const full = { maxSize: 2, maxWait: '7d' } as const

/** Creates an engine with a batch job. If the job has one slot, its first batch runs until `endFirst`. */
function createImport(
  bounds: { readonly maxSize: number; readonly maxWait: '1s' | '7d'; readonly concurrency?: 1 },
  options?: Pick<TestEngineOptions, 'config' | 'maxPayloadBytes'>,
) {
  const batches: string[][] = []
  let endFirst = (): void => undefined
  const job = defineBatchJob({
    id: 'import',
    event: 'work.requested',
    ...bounds,
    handler: async (events) => {
      batches.push(events.map(({ id }) => id))
      if (bounds.concurrency === 1 && batches.length === 1) await new Promise<void>((resolve) => (endFirst = resolve))
      else await new Promise((resolve) => setImmediate(resolve))
    },
  }) as unknown as Definition
  const engine = createTestEngine({ jobs: [job], maxRealWaitMs: 20, ...options })
  return {
    engine,
    /** The ids of the jobs of each batch. */
    batches,
    sizes: () => batches.map(({ length }) => length),
    send: async (data?: string) => (await engine.client.sendJob('work.requested', { tenantId: 'acme', data })).id,
    endFirst: () => endFirst(),
  }
}

describe.each([
  ['memory', 150],
  ['SQLite', 25],
] as const)('batches in %s', (store, numRuns) => {
  const config = () => (store === 'memory' ? {} : ({ store: 'sqlite', path: createTestFile().path } as const))

  test('run each event once in each attempt, of one tenant, at most `maxSize`, and in time', async () => {
    await fc.assert(
      fc.asyncProperty(workload, async (given) => check(given, await run(given, config()))),
      { numRuns },
    )
  })

  test('grow while they wait for a slot', async () => {
    const { engine, send, endFirst, sizes } = createImport({ ...slow, concurrency: 1 }, { config: config() })
    await send()
    await engine.advance('1s')
    for (let number = 0; number < 6; number++) {
      await send()
      await engine.advance('2s')
    }
    endFirst()
    await engine.runUntilIdle()
    expect(sizes()).toEqual([1, 4, 2])
    await engine.client.close()
  })

  test('do not keep a batch waiting for a leader that was cancelled', async () => {
    const { engine, send, endFirst, batches } = createImport({ ...slow, concurrency: 1 }, { config: config() })
    await send()
    await engine.advance('1s')
    const [leader, other] = [await send(), await send()]
    await engine.advance('2s')
    await engine.client.cancelJob(leader)
    endFirst()
    await engine.runUntilIdle()
    expect(batches[1]).toEqual([other])
    await engine.client.close()
  })

  test('that are full start one after the other in a single slot', async () => {
    const { engine, sizes } = createImport(full, { config: { concurrency: 1, ...config() } })
    const items = Array.from({ length: 6 }, () => ({ event: 'work.requested' as const, payload: { tenantId: 'acme' } }))
    await engine.client.sendJobs(items)
    await engine.advance('1s')
    expect(sizes()).toEqual([2, 2, 2])
    await engine.client.close()
  })

  test('that are full start although their leader is cancelled', async () => {
    const { engine, send, endFirst, batches } = createImport({ ...full, concurrency: 1 }, { config: config() })
    const sent: string[] = []
    for (let number = 0; number < 5; number++) {
      sent.push(await send())
      await engine.advance(1)
    }
    await engine.client.cancelJob(sent[2]!)
    endFirst()
    await engine.advance('1s')
    expect(batches).toEqual([sent.slice(0, 2), sent.slice(3)])
    await engine.client.close()
  })

  test('are split if their events are too large together', async () => {
    const mb = 1024 * 1024
    const { engine, send, sizes } = createImport(slow, { config: config(), maxPayloadBytes: 16 * mb })
    // Two of the larger ones would fit without their envelopes.
    for (const length of [7 * mb, 7 * mb, 8 * mb - 100, 8 * mb - 100]) await send('x'.repeat(length))
    await engine.runUntilIdle()
    expect(sizes()).toEqual([2, 1, 1])
    await engine.client.close()
  })
})

test('a client in memory that closes runs the events that wait for a batch', async () => {
  const { engine, send, sizes } = createImport({ maxSize: 10, maxWait: '7d' })
  const first = await send()
  await engine.settle()
  await send()
  await engine.client.close()
  expect(sizes().reduce((sum, size) => sum + size, 0)).toBe(2)
  expect((await engine.client.getJobStatus(first)).state).toBe('completed')
})

test('a step of a workflow runs an event of a batch job', async () => {
  const importWork = defineBatchJob({
    id: 'import',
    event: 'work.requested',
    maxSize: 10,
    maxWait: '1s',
    handler: (events) => events.map(({ payload }) => payload.number),
  })
  const flow = defineWorkflow({
    id: 'flow',
    event: 'work.followed',
    steps: async (_event, step) => step.runJob('import', importWork, { number: 7 }),
  })
  const engine = createTestEngine({ jobs: [importWork as unknown as Definition, flow as unknown as Definition] })
  const { id } = await engine.client.sendJob('work.followed', { tenantId: 'acme' })
  await engine.runUntilIdle()
  expect((await engine.client.getJobStatus(id)).runs[0]?.output).toBe(7)
})
