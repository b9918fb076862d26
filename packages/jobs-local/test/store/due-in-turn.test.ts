import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { turnBatch } from '../../src/rules/turn-batch.ts'
import type { JobStore } from '../../src/store/job-store.ts'
import type { StoredRun } from '../../src/records/stored-run.ts'
import { changed, openStore } from '../kit/open-store.ts'
import { severalWorkers } from '../kit/several-workers.ts'
import { createEnvelope } from '../kit/stored-run.ts'
import { createStore, type StoreName } from '../kit/stores.ts'
import { createTestFile } from '../kit/test-file.ts'

const slots = 10
const many = 40 * turnBatch
const hourMs = 3_600_000
const subscriber = { definitionId: 'work', maxAttempts: 3 }
const error = { name: 'Error', message: 'failed' }

const stores: readonly (readonly [name: StoreName, workers: number])[] = [
  ['memory', 1],
  ['SQLite', 1],
  ['SQLite', 3],
]

/** A store on a clock of its own, and a pass over it as the engine makes it. */
function createScene(name: StoreName, workers: number) {
  let now = 0
  const clock = { now: () => now }
  const { path } = createTestFile()
  const store =
    workers === 1
      ? createStore(name, { clock })
      : severalWorkers(Array.from({ length: workers }, () => openStore(path, undefined, clock)))
  const taken: string[] = []
  return {
    store,
    taken,
    setTime: (ms: number) => void (now = ms),
    async send(tenantId: string, count: number, runAt?: number): Promise<string[]> {
      const delay = runAt === undefined ? {} : { runAt }
      const envelopes = Array.from({ length: count }, () => createEnvelope({ tenantId, sentAt: now, ...delay }))
      await changed(store, () => store.add(envelopes, now))
      return envelopes.map(({ id }) => id)
    },
    async pass(max = slots): Promise<readonly StoredRun[]> {
      return changed(store, () => {
        for (const job of store.takeDueJobs(turnBatch, now)) {
          taken.push(job.envelope.id)
          store.addRuns(job, [subscriber], now)
        }
        return store.claim(max, () => undefined, now)
      })
    },
    async end(runs: readonly StoredRun[], outcome: Parameters<JobStore['settle']>[2]): Promise<void> {
      await changed(store, () => {
        for (const run of runs) store.settle(run, run.attempts, outcome, now, true)
      })
    },
  }
}

/** Returns how many runs of others start before each of some tenants has started one. */
async function startsBefore(scene: ReturnType<typeof createScene>, tenants: readonly string[]): Promise<number> {
  const left = new Set(tenants)
  for (let starts = 0; ;) {
    const claimed = await scene.pass()
    if (claimed.length === 0) throw new Error(`never started: ${[...left].join(', ')}`)
    for (const run of claimed) {
      if (!left.delete(run.job.envelope.tenantId)) starts++
      if (left.size === 0) return starts
    }
    await scene.end(claimed, { type: 'completed' })
  }
}

const small = ['ant', 'mouse', 'zebra']

describe.each(stores)('the %s store, workers: %i', (name, workers) => {
  test('starts a tenant within two rounds of its send, whatever another has sent just before', async () => {
    const scene = createScene(name, workers)
    await scene.send('large', many)
    for (const tenantId of small) await scene.send(tenantId, 1)
    expect(await startsBefore(scene, small)).toBeLessThanOrEqual(2 * slots)
    await scene.send('large', many)
    for (const tenantId of small) await scene.send(tenantId, 1)
    expect(await startsBefore(scene, small)).toBeLessThanOrEqual(2 * slots)
  })

  test('starts a tenant within two rounds of its time, whatever others have delayed until then', async () => {
    const scene = createScene(name, workers)
    await scene.send('large', many, hourMs)
    for (const tenantId of small) await scene.send(tenantId, 1, hourMs)
    scene.setTime(hourMs)
    expect(await startsBefore(scene, small)).toBeLessThanOrEqual(2 * slots)
  })

  test('starts the retry of a tenant within two rounds, whatever others retry at that time', async () => {
    const scene = createScene(name, workers)
    const ids = await scene.send('large', 8 * turnBatch)
    for (let begun = 0; begun < ids.length;) {
      const claimed = await scene.pass(turnBatch)
      begun += claimed.length
      await scene.end(claimed, { type: 'retry', afterMs: hourMs, error })
    }
    for (const tenantId of small) await scene.send(tenantId, 1)
    await scene.end(await scene.pass(), { type: 'retry', afterMs: hourMs, error })
    scene.setTime(hourMs)
    expect(await startsBefore(scene, small)).toBeLessThanOrEqual(2 * slots)
  })

  test('takes each job once, those of a tenant in order, in any mix of sends, delays and passes', async () => {
    const step = fc.oneof(
      fc.record({
        tenantId: fc.constantFrom('a', 'b', 'c'),
        count: fc.constantFrom(1, 1, 3, turnBatch),
        delayMs: fc.constantFrom(undefined, undefined, 5),
      }),
      fc.constantFrom('pass', 'cancel one', 'wait'),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const scene = createScene(name, workers)
        const sent = new Map<string, string[]>()
        let now = 0
        const cancelled = new Set<string>()
        for (const one of steps) {
          if (one === 'pass') await scene.pass(0)
          else if (one === 'wait') scene.setTime((now += 3))
          else if (one === 'cancel one') {
            const waiting = [...sent.values()].flat().filter((id) => !scene.taken.includes(id) && !cancelled.has(id))
            const id = waiting[Math.floor(waiting.length / 2)]
            if (id === undefined) continue
            cancelled.add(id)
            await changed(scene.store, () => scene.store.cancel(id, now))
          } else {
            const { tenantId, count, delayMs } = one
            const lane = `${tenantId} ${delayMs}`
            const ids = await scene.send(tenantId, count, delayMs === undefined ? undefined : now + delayMs)
            sent.set(lane, [...(sent.get(lane) ?? []), ...ids])
          }
        }
        scene.setTime(now + 5)
        for (let before = -1; before < scene.taken.length;) {
          before = scene.taken.length
          await scene.pass(0)
        }
        expect(scene.store.hasDueJobs(now + 5)).toBe(false)
        for (const ids of sent.values()) {
          const kept = ids.filter((id) => !cancelled.has(id))
          expect(scene.taken.filter((id) => ids.includes(id))).toEqual(kept)
        }
      }),
      { numRuns: name === 'memory' ? 100 : 15 },
    )
  })
})
