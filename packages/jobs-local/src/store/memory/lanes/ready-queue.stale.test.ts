import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'

import { createStoredRun } from '../../../../test/kit/stored-run.ts'
import { Fifo } from '../../../queues/fifo.ts'
import { enterState } from '../../../records/enter-state.ts'
import type { StoredRun } from '../../../records/stored-run.ts'
import { ReadyQueue } from './ready-queue.ts'

const limitsOf = () => ({ concurrency: { perTenant: 2 } })
const tenantIds = ['acme', 'globex']

afterEach(() => void vi.restoreAllMocks())

/** Returns the number of runs in the queue for each tenant, including cancelled ones. */
function watchHeld(): (tenantId: string) => number {
  const queues = new Map<string, Fifo<StoredRun>>()
  const push = vi.spyOn(Fifo.prototype as Fifo<unknown>, 'push')
  return (tenantId) => {
    for (const [index, [item]] of push.mock.calls.entries()) {
      const { job } = item as Partial<StoredRun>
      if (job) queues.set(job.envelope.tenantId, push.mock.contexts[index] as Fifo<StoredRun>)
    }
    push.mock.calls.length = 0
    push.mock.contexts.length = 0
    return queues.get(tenantId)?.size ?? 0
  }
}

function cancel(queue: ReadyQueue, run: StoredRun): void {
  enterState(run, { state: 'cancelled', endedAt: 0 })
  queue.markStale(run)
}

const tenantId = fc.constantFrom(...tenantIds)
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('push' as const), tenantId }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('cancel' as const), tenantId, which: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('take' as const) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('release' as const), tenantId }) },
)

describe('ReadyQueue: runs that are cancelled while they wait', () => {
  test('do not accumulate, however many wait for a single slot and are cancelled', () => {
    const held = watchHeld()
    const queue = new ReadyQueue()
    const one = () => ({ concurrency: { limit: 1 } })
    queue.push(createStoredRun('a', 'acme'))
    queue.take(one)
    for (let count = 0; count < 1000; count++) {
      const run = createStoredRun('a', 'acme')
      queue.push(run)
      cancel(queue, run)
      expect(held('acme')).toBeLessThanOrEqual(1)
    }
    const last = createStoredRun('a', 'acme')
    queue.push(last)
    queue.release(createStoredRun('a', 'acme'))
    expect(queue.take(one)).toBe(last)
  })

  test('are never more than the waiting ones, and do not affect the order of those', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
        const held = watchHeld()
        const queue = new ReadyQueue()
        const waiting = new Map(tenantIds.map((id) => [id, [] as StoredRun[]]))
        const running = new Map(tenantIds.map((id) => [id, 0]))
        const mayBegin = (id: string): boolean => waiting.get(id)!.length > 0 && running.get(id)! < 2
        for (const one of steps) {
          if (one.type === 'push') {
            const run = createStoredRun('a', one.tenantId)
            waiting.get(one.tenantId)!.push(run)
            queue.push(run)
          } else if (one.type === 'cancel') {
            const runs = waiting.get(one.tenantId)!
            if (runs.length === 0) continue
            const [run] = runs.splice(one.which % runs.length, 1)
            cancel(queue, run!)
            expect(held(one.tenantId)).toBeLessThanOrEqual(2 * runs.length)
          } else if (one.type === 'release') {
            if (running.get(one.tenantId) === 0) continue
            running.set(one.tenantId, running.get(one.tenantId)! - 1)
            queue.release(createStoredRun('a', one.tenantId))
          } else {
            const run = queue.take(limitsOf)
            expect(run !== undefined).toBe(tenantIds.some(mayBegin))
            if (!run) continue
            const { tenantId: taken } = run.job.envelope
            expect(mayBegin(taken)).toBe(true)
            expect(waiting.get(taken)!.shift()).toBe(run)
            enterState(run, { state: 'running' })
            running.set(taken, running.get(taken)! + 1)
          }
          const counts = [...waiting.values()].map((runs) => runs.length)
          expect([...queue.waitingRuns.values()]).toEqual([counts.reduce((sum, count) => sum + count)].filter(Boolean))
        }
        vi.restoreAllMocks()
      }),
      { numRuns: 300 },
    )
  })
})

describe('Fifo.filter', () => {
  test('removes items and keeps the order of the others, at any position of the queue', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { maxLength: 300, size: 'max' }), fc.nat(300), (items, shifted) => {
        const queue = new Fifo<number>()
        for (const item of items) queue.push(item)
        for (let count = 0; count < shifted; count++) queue.shift()
        queue.filter((item) => item % 2 === 0)
        const model = items.slice(shifted).filter((item) => item % 2 === 0)
        expect(queue.size).toBe(model.length)
        queue.push(10)
        expect(Array.from({ length: model.length + 2 }, () => queue.shift())).toEqual([...model, 10, undefined])
      }),
    )
  })
})
