import fc from 'fast-check'
import { isEnded } from '@cgk-platform/jobs-core'
import type { Outcome } from '@cgk-platform/jobs-core/provider'
import { describe, expect, test } from 'vitest'

import { changeNow } from '../../src/store/change-now.ts'
import { type StoredJob, type StoredRun, stateOf } from '../../src/records/stored-run.ts'
import { arrivalWindow } from '../../src/rules/turn-batch.ts'
import { createEnvelope } from '../kit/stored-run.ts'
import { createStore, type StoreName, storeNames } from '../kit/stores.ts'

const tenantIds = ['acme', 'globex']
const failed: Outcome = { type: 'failed', error: { name: 'Error', message: 'broken' } }
const outcomes: readonly Outcome[] = [
  { type: 'completed' },
  failed,
  { type: 'interrupted' },
  { type: 'retry', afterMs: 2, error: { name: 'Error', message: 'again' } },
]
const step = fc.record({
  type: fc.constantFrom('send', 'send', 'take', 'claim', 'settle', 'cancel', 'retry'),
  tenantId: fc.constantFrom(...tenantIds),
  number: fc.nat(9),
})

/** Returns whether a job waits for the first start of its first run. */
function waits(job: StoredJob): boolean {
  const [first] = job.runs
  return first ? first.startedAt === undefined && !isEnded(first.state) : !isEnded(stateOf(job))
}

describe.each(storeNames)('the %s store, for any sequence of operations', (name: StoreName) => {
  test('knows the places that waiting jobs leave, of a tenant and of all', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const store = createStore(name, { countsWaiting: true })
        const sent: string[] = []
        const running: StoredRun[] = []
        let now = 0
        const apply = ({ type, tenantId, number }: (typeof steps)[number]): void => {
          now++
          const id = sent[number % sent.length]
          const run = running[number % running.length]
          if (type === 'send') {
            const delayed = number % 3 === 0 ? { runAt: now + number } : {}
            const debounced = createEnvelope({ tenantId, event: number % 2 === 0 ? 'plain' : 'debounced', ...delayed })
            store.add([debounced], now)
            sent.push(debounced.id)
          } else if (type === 'take') {
            for (const job of store.takeDueJobs(number, now)) {
              const debounce = job.envelope.event === 'debounced' ? { debounce: { periodMs: 3 } } : {}
              if (number === 9) store.endWithoutRuns(job, 'unhandled', now)
              else store.addRuns(job, [{ definitionId: 'a', maxAttempts: 9, ...debounce }], now)
            }
          } else if (type === 'claim') running.push(...store.claim(number % 3, () => ({}), now))
          else if (type === 'settle' && run) {
            store.settle(run, run.attempts, outcomes[number % outcomes.length]!, now, true)
            running.splice(running.indexOf(run), 1)
          } else if (type === 'cancel' && id !== undefined) store.cancel(id, now)
          else if (type === 'retry' && id !== undefined) store.retry(id, now)
        }
        for (const one of steps) {
          const within = await changeNow(store, () => {
            apply(one)
            // Also in the transaction of the change, whose new runs may not be written.
            return one.number % 2 === 0 ? store.placesFor(1000, 1000) : undefined
          })
          if (within !== undefined) expect(await changeNow(store, () => store.placesFor(1000, 1000))).toBe(within)
          for (const tenantId of [undefined, ...tenantIds]) {
            const places = await changeNow(store, () => store.placesFor(1000, 1000, tenantId))
            const jobs = sent.map((id) => store.get(id)!)
            const own = jobs.filter(({ envelope }) => [undefined, envelope.tenantId].includes(tenantId))
            expect(1000 - places).toBe(own.filter(waits).length)
          }
        }
      }),
      { numRuns: name === 'memory' ? 100 : 40 },
    )
  })
})

test('a file counts again only if the jobs that were sent since then may have left no place', async () => {
  const store = createStore('SQLite')
  const counted: number[] = []
  const places = (wanted: number, limit: number) => changeNow(store, () => store.placesFor(wanted, limit))
  const send = (count: number) =>
    changeNow(store, () =>
      store.add(
        Array.from({ length: count }, () => createEnvelope({ runAt: 10 })),
        0,
      ),
    )
  counted.push(await places(1, 10))
  await send(6)
  await changeNow(store, () => store.cancel(store.add([createEnvelope({ runAt: 10 })], 0)[0]!.id, 0))
  counted.push(await places(3, 10), await places(4, 10), await places(5, 10))
  expect(counted).toEqual([1, 3, 4, 4])
})

test('a file counts the jobs that wait for the turn of their tenant, or for a worker with their definition', async () => {
  const store = createStore('SQLite')
  const placesOf = (...tenants: (string | undefined)[]) =>
    changeNow(store, () => tenants.map((tenantId) => store.placesFor(1000, 1000, tenantId)))
  const send = (count: number, tenantId: string) =>
    store.add(
      Array.from({ length: count }, () => createEnvelope({ tenantId })),
      0,
    )
  await changeNow(store, () => [send(arrivalWindow + 10, 'acme'), send(2, 'globex')])
  expect(await placesOf(undefined, 'acme', 'globex')).toEqual([988 - arrivalWindow, 990 - arrivalWindow, 998])
  await changeNow(store, () => {
    for (const [index, job] of store.takeDueJobs(1000, 0).entries()) {
      if (index === 0) store.shared!.leaveUnclaimed(job, 'nobody', 0)
      else store.endWithoutRuns(job, 'unhandled', 0)
    }
  })
  expect(await placesOf(undefined, 'acme', 'globex')).toEqual([999, 999, 1000])
})
