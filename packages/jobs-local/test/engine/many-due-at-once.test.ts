import { defineJob } from '@cgk-platform/jobs-core'
import { createClient, type Envelope } from '@cgk-platform/jobs-core/provider'
import { createDeferred } from '@cgk-platform/test-kit/deferred'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import { describe, expect, onTestFinished, test } from 'vitest'

import { createLocalProvider, type LocalProvider } from '../../src/provider/local-provider.ts'
import { createVirtualClock } from '../../src/testing/virtual-clock.ts'
import { turnBatch } from '../../src/rules/turn-batch.ts'
import { countOf, openDatabase } from '../kit/open-store.ts'
import { type StoreName, storeNames } from '../kit/stores.ts'
import { createTestFile } from '../kit/test-file.ts'
import { countByTurn } from '../kit/turns.ts'

const count = 8 * turnBatch
const hourMs = 3_600_000

/** Opens an engine whose handlers run until the test ends. */
async function openEngine(name: StoreName, concurrency: number) {
  const clock = createVirtualClock(0)
  const path = name === 'memory' ? undefined : createTestFile().path
  const provider = createLocalProvider({ path, concurrency }, { clock, ownTime: true })
  const began: number[] = []
  const released = createDeferred()
  const job = defineJob({
    id: 'work',
    event: 'work.requested',
    handler({ payload }) {
      began.push(payload.number!)
      return released.promise
    },
  })
  const client = createClient({ load: () => provider }, { clock, jobs: [job], logger: createRecordedLogger() })
  await client.capabilities()
  onTestFinished(async () => {
    released.resolve()
    await client.close()
  })
  return { clock, provider, path, client, began, released }
}

/** Returns a function that counts the jobs that have runs. Call it before the jobs are sent. */
function countWithRuns(provider: LocalProvider, path: string | undefined, envelopes: readonly Envelope[]) {
  if (path !== undefined) {
    const database = openDatabase(path)
    return () => countOf(database, 'cgk_runs')
  }
  const changed = new Set<string>()
  for (const { id } of envelopes) provider.watch!(id, () => void changed.add(id))
  return () => changed.size
}

function createEnvelopes(runAt?: number): Envelope[] {
  return Array.from({ length: count }, (_, number) => ({
    v: 1,
    id: `job-${String(number).padStart(5, '0')}`,
    event: 'work.requested',
    tenantId: 'acme',
    payload: { tenantId: 'acme', number },
    sentAt: 0,
    ...(runAt !== undefined && { runAt }),
  }))
}

describe.each(storeNames)('thousands of jobs due at the same time in the %s store', (name) => {
  test.each([
    ['were delayed until then', hourMs],
    ['were sent without a delay', undefined],
  ])('that %s get their runs over many turns of the event loop', async (_how, runAt) => {
    const { clock, provider, path } = await openEngine(name, 1)
    const envelopes = createEnvelopes(runAt)
    const withRuns = countWithRuns(provider, path, envelopes)
    await provider.send(envelopes)
    while (clock.now() < (runAt ?? 0)) clock.step(runAt ?? 0)
    const byTurn = await countByTurn(count, withRuns)
    expect(Math.max(...byTurn)).toBeLessThanOrEqual(turnBatch)
  })

  test('begin over many turns, in order, if all may begin', async () => {
    const { provider, began } = await openEngine(name, count)
    const sending = provider.send(createEnvelopes())
    const byTurn = await countByTurn(count, () => began.length)
    await sending
    expect(Math.max(...byTurn)).toBeLessThanOrEqual(turnBatch)
    expect(began).toEqual(Array.from({ length: count }, (_, number) => number))
  })

  test('begin in order if one runs at a time', async () => {
    const { provider, began, released } = await openEngine(name, 1)
    released.resolve()
    await provider.send(createEnvelopes().slice(0, 2 * turnBatch))
    await countByTurn(2 * turnBatch, () => began.length)
    expect(began).toEqual(Array.from({ length: 2 * turnBatch }, (_, number) => number))
  })

  test('are cancelled over many turns', async () => {
    const { provider, client } = await openEngine(name, 1)
    const envelopes = createEnvelopes(hourMs)
    await provider.send(envelopes)
    let changes = 0
    for (const { id } of envelopes) provider.watch!(id, () => void changes++)
    const cancelling = Promise.all(envelopes.map(({ id }) => client.cancelJob(id)))
    const byTurn = await countByTurn(count, () => changes)
    // A read may write the changes of the turn before, so two batches can end between two looks.
    expect(Math.max(...byTurn)).toBeLessThanOrEqual(2 * turnBatch)
    expect(new Set((await cancelling).map(({ state }) => state))).toEqual(new Set(['cancelled']))
  })
})
