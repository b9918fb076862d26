import fc from 'fast-check'
import { isEnded } from '@cgk-platform/jobs-core'
import type { Outcome } from '@cgk-platform/jobs-core/provider'
import { describe, expect, test } from 'vitest'

import type { JobStore } from '../../src/store/job-store.ts'
import { type StoredJob, type StoredRun, stateOf } from '../../src/records/stored-run.ts'
import { turnBatch } from '../../src/rules/turn-batch.ts'
import { complete } from '../kit/complete.ts'
import { createEnvelope } from '../kit/stored-run.ts'
import { createStore, type StoreName, storeNames } from '../kit/stores.ts'

const unlimited = () => undefined
const failed: Outcome = { type: 'failed', error: { name: 'Error', message: 'failed' } }
const subscriber = (definitionId = 'work') => ({ definitionId, maxAttempts: 3 })

/** Creates a store with one job whose run is running. */
function storeWithRunning(name: StoreName): { store: JobStore; id: string; run: StoredRun } {
  const store = createStore(name)
  const { id } = store.add([createEnvelope()], 0)[0]!
  for (const job of store.takeDueJobs(1000, 0)) store.addRuns(job, [subscriber()], 0)
  const run = store.claim(1, unlimited, 0)[0]!
  return { store, id, run }
}

describe.each(storeNames)('the %s store', (name) => {
  test('returns each due job once, delayed ones at their due time', () => {
    const store = createStore(name)
    const now = createEnvelope()
    const later = createEnvelope({ runAt: 100 })
    store.add([now, later], 0)
    expect(store.takeDueJobs(1000, 0).map(({ envelope }) => envelope.id)).toEqual([now.id])
    expect(store.takeDueJobs(1000, 99)).toEqual([])
    expect(store.nextDueAt()).toBe(100)
    expect(store.takeDueJobs(1000, 100).map(({ envelope }) => envelope.id)).toEqual([later.id])
    expect(store.takeDueJobs(1000, 1000)).toEqual([])
  })

  test('returns a due job that was sent behind many delayed ones', () => {
    const store = createStore(name)
    const now = createEnvelope()
    store.add([...Array.from({ length: 30 }, () => createEnvelope({ runAt: 100 })), now], 0)
    expect(store.takeDueJobs(10, 0).map(({ envelope }) => envelope.id)).toEqual([now.id])
    expect(store.hasDueJobs(0)).toBe(false)
  })

  test('returns jobs that were sent with delayed ones between them, each once', () => {
    const store = createStore(name)
    const envelopes = Array.from({ length: 30 }, (_, index) => createEnvelope(index % 3 === 0 ? {} : { runAt: 100 }))
    store.add(envelopes, 0)
    const taken: string[] = []
    while (store.hasDueJobs(0)) taken.push(...store.takeDueJobs(4, 0).map(({ envelope }) => envelope.id))
    expect(taken).toEqual(envelopes.filter(({ runAt }) => runAt === undefined).map(({ id }) => id))
  })

  test('wakes many due runs in several changes', () => {
    const store = createStore(name)
    const count = 2 * turnBatch + 10
    store.add(
      Array.from({ length: count }, () => createEnvelope()),
      0,
    )
    for (const job of store.takeDueJobs(count, 0)) store.addRuns(job, [subscriber()], 0)
    const retry: Outcome = { type: 'retry', afterMs: 10, error: { name: 'Error', message: 'once' } }
    for (const run of store.claim(count, unlimited, 0)) store.settle(run, 1, retry, 0, true)
    const woken: number[] = []
    while ((store.nextDueAt() ?? 20) <= 10) woken.push(store.claim(count, unlimited, 10).length)
    expect(woken).toEqual([turnBatch, turnBatch, 10])
  })

  test('returns each waiting run once, up to the maximum', () => {
    const { store } = storeWithRunning(name)
    store.add([createEnvelope(), createEnvelope(), createEnvelope()], 0)
    for (const job of store.takeDueJobs(1000, 0)) store.addRuns(job, [subscriber()], 0)
    expect(store.claim(2, unlimited, 0)).toHaveLength(2)
    expect(store.hasReady(0)).toBe(true)
    expect(store.claim(5, unlimited, 0)).toHaveLength(1)
    expect(store.hasReady(0)).toBe(false)
  })

  test('ignores the outcome of an older attempt and one after a cancel', () => {
    const { store, id, run } = storeWithRunning(name)
    expect(store.settle(run, 1, { type: 'retry', afterMs: 10, error: { name: 'Error', message: 'once' } }, 0)).toBe(
      true,
    )
    expect(store.settle(run, 1, { type: 'completed' }, 0)).toBe(false)
    expect(store.hasReady(9)).toBe(false)
    expect(store.hasReady(10)).toBe(true)
    const [again] = store.claim(1, unlimited, 10)
    expect(again).toMatchObject({ id: run.id, attempts: 2 })
    expect(store.settle(again!, 1, { type: 'completed' }, 10)).toBe(false)
    expect(store.cancel(id, 11)).toMatchObject([{ id: run.id }])
    expect(store.settle(again!, 2, { type: 'completed' }, 12)).toBe(false)
    expect(store.get(id)).toMatchObject({ endedAt: 11, runs: [{ state: 'cancelled', attempts: 2 }] })
  })

  test('does not count an interrupted attempt, and its run waits again', () => {
    const { store, run } = storeWithRunning(name)
    expect(store.settle(run, 1, { type: 'interrupted' }, 5)).toBe(true)
    expect(store.get(run.job.envelope.id)?.runs).toMatchObject([{ state: 'queued', attempts: 0 }])
    expect(store.openJobs()).toBe(1)
    expect(store.claim(1, unlimited, 6)).toMatchObject([{ id: run.id, attempts: 1 }])
  })

  test('`hasReady` changes nothing', () => {
    const { store, run } = storeWithRunning(name)
    store.settle(run, 1, { type: 'retry', afterMs: 10, error: { name: 'Error', message: 'once' } }, 0)
    expect(store.hasReady(50)).toBe(true)
    expect(store.get(run.job.envelope.id)?.runs).toMatchObject([{ state: 'retrying', dueAt: 10 }])
    expect(store.nextDueAt()).toBe(10)
  })

  test('ignores cancels and retries of unknown jobs and of jobs in the wrong state', () => {
    const { store, id } = storeWithRunning(name)
    expect(store.cancel('unknown', 0)).toEqual([])
    store.retry('unknown', 0)
    store.retry(id, 0)
    expect([store.get(id)?.runs.length, store.openJobs()]).toEqual([1, 1])
  })

  test('a retry keeps whether a cancel compensates', () => {
    const store = createStore(name)
    const [sent] = store.add([createEnvelope()], 0)
    for (const job of store.takeDueJobs(1, 0)) store.addRuns(job, [{ ...subscriber(), compensateOnCancel: true }], 0)
    for (const run of store.claim(1, unlimited, 0)) store.settle(run, 1, failed, 0, true)
    store.retry(sent!.id, 0)
    expect(store.get(sent!.id)?.runs).toMatchObject([{ compensateOnCancel: true }, { compensateOnCancel: true }])
  })

  test('the runs of a retry get its trace, and not that of an earlier one', () => {
    const { store, id, run } = storeWithRunning(name)
    store.settle(run, 1, failed, 0, true)
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    store.retry(id, 0, traceparent)
    const [again] = store.claim(1, unlimited, 0)
    expect(again!.job.envelope).toMatchObject({ retryTraceparent: traceparent })
    store.settle(again!, 1, failed, 0, true)
    store.retry(id, 0)
    const [last] = store.claim(1, unlimited, 0)
    expect(last!.job.envelope).not.toHaveProperty('retryTraceparent')
  })

  test('remembers the last tick of each cron job', () => {
    const store = createStore(name)
    expect(store.lastTick('cron')).toBeUndefined()
    store.setLastTick('cron', 60_000)
    expect([store.lastTick('cron'), store.lastTick('other')]).toEqual([60_000, undefined])
  })
})

const definitionIds = ['a', 'b']
const tenantIds = ['acme', 'globex']
const outcome = fc.constantFrom<Outcome>(
  { type: 'completed', output: 1 },
  failed,
  { type: 'retry', afterMs: 3, error: { name: 'Error', message: 'again' } },
  { type: 'retry', afterMs: 0, error: { name: 'Error', message: 'at once' } },
  { type: 'interrupted' },
)
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('send' as const),
      tenantId: fc.constantFrom(...tenantIds),
      delayMs: fc.nat(4),
      runs: fc.nat(2),
    }),
  },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('work' as const), afterMs: fc.nat(3), max: fc.nat(4) }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('settle' as const), which: fc.nat(), outcome }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('cancel' as const), which: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('retry' as const), which: fc.nat() }) },
)

const isUnstarted = (job: StoredJob): boolean => job.runs.length === 0 && !isEnded(stateOf(job))

describe.each(storeNames)('the %s store, for any sequence of operations', (name) => {
  test('counts open jobs, knows the next due time, and never continues an ended job', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
        const store = createStore(name)
        const sent: { id: string; runs: number }[] = []
        const running: { run: StoredRun; attempt: number }[] = []
        let now = 0
        const work = (max: number): void => {
          for (const job of store.takeDueJobs(1000, now)) {
            const { runs } = sent.find(({ id }) => id === job.envelope.id)!
            if (runs > 0) store.addRuns(job, definitionIds.slice(0, runs).map(subscriber), now)
            else store.endWithoutRuns(job, 'unhandled', now)
          }
          for (const run of store.claim(max, unlimited, now)) running.push({ run, attempt: run.attempts })
        }
        const settle = (which: number, ended: Outcome): void => {
          const [one] = running.splice(which % running.length, 1)
          const job = store.get(one!.run.job.envelope.id)!
          const before = job.runs.find((run) => run.id === one!.run.id)!.state
          expect(store.settle(one!.run, one!.attempt, ended, now)).toBe(before === 'running')
          store.release(one!.run)
        }
        const check = (): void => {
          const jobs = sent.map(({ id }) => store.get(id)!)
          const open = jobs.filter((job) => !isEnded(stateOf(job)))
          expect(store.openJobs()).toBe(open.length)
          for (const job of jobs) expect(job.endedAt === undefined).toBe(open.includes(job))
          const waits = jobs.flatMap((job) =>
            job.runs.length === 0 && stateOf(job) === 'scheduled'
              ? [job.envelope.runAt!]
              : job.runs.flatMap((run) => (run.state === 'retrying' ? [run.dueAt!] : [])),
          )
          expect(store.nextDueAt()).toBe(waits.length > 0 ? Math.min(...waits) : undefined)
          for (const definitionId of definitionIds) {
            for (const tenantId of tenantIds) {
              const own = jobs.filter(({ envelope }) => envelope.tenantId === tenantId)
              const runs = own.flatMap((job) => job.runs)
              const isOpen = runs.some((run) => run.definitionId === definitionId && !isEnded(run.state))
              // The jobs are ticks of the first definition. Only the newest one can lack a run when the next is due.
              const unstarted = definitionId === definitionIds[0] ? own.filter(isUnstarted) : []
              if (unstarted.length > 0 && unstarted.at(-1) !== own.at(-1)) continue
              expect(store.hasOpenRun(definitionId, tenantId)).toBe(isOpen || unstarted.length > 0)
            }
          }
          expect(complete(store.list({ limit: 1000 })).jobs).toEqual(jobs.toReversed())
        }

        for (const one of steps) {
          if (one.type === 'send') {
            const envelope = createEnvelope({
              event: 'cron/a',
              tenantId: one.tenantId,
              sentAt: now,
              ...(one.delayMs > 0 && { runAt: now + one.delayMs }),
            })
            store.add([envelope], now)
            sent.push({ id: envelope.id, runs: one.runs })
          } else if (one.type === 'work') {
            now += one.afterMs
            work(one.max)
          } else if (one.type === 'settle') {
            if (running.length > 0) settle(one.which, one.outcome)
          } else if (sent.length > 0) {
            const { id } = sent[one.which % sent.length]!
            const before = stateOf(store.get(id)!)
            if (one.type === 'cancel') {
              store.cancel(id, now)
              const after = stateOf(store.get(id)!)
              expect(after).toBe(isEnded(before) ? before : 'cancelled')
            } else {
              store.retry(id, now)
              expect(stateOf(store.get(id)!)).toBe(before === 'failed' || before === 'unhandled' ? 'queued' : before)
              if (before === 'unhandled') work(0) // it is due at once
            }
          }
          check()
        }
        // Without more operations, all jobs end.
        for (let rounds = 0; store.openJobs() > 0 || running.length > 0; rounds++) {
          expect(rounds).toBeLessThan(1000)
          now += 5
          work(100)
          while (running.length > 0) settle(0, { type: 'completed' })
        }
        work(100) // skips runs that were cancelled while they waited
        expect([store.nextDueAt(), store.hasReady(now)]).toEqual([undefined, false])
      }),
      { numRuns: name === 'memory' ? 150 : 30 },
    )
  }, 60_000)
})

const keyedSend = fc.record({
  afterMs: fc.nat(30),
  idempotencyTtlMs: fc.integer({ min: 0, max: 60 }),
  idempotencyKey: fc.constantFrom('a', 'b'),
  tenantId: fc.constantFrom('acme', 'globex'),
  event: fc.constantFrom('work.requested', 'work.followed'),
})

test.each(storeNames)('idempotency keys in the %s store are like a table of expiry times, for any sends', (name) => {
  fc.assert(
    fc.property(fc.array(keyedSend, { maxLength: 80 }), (sends) => {
      const store = createStore(name)
      const model = new Map<string, { id: string; until: number }>()
      let now = 0
      for (const { afterMs, ...members } of sends) {
        now += afterMs
        const envelope = createEnvelope(members)
        const key = `${members.tenantId}/${members.event}/${members.idempotencyKey}`
        const known = model.get(key)
        const holder = known && known.until > now ? known.id : undefined
        expect(store.add([envelope], now)[0]!.id).toBe(holder ?? envelope.id)
        if (holder === undefined) model.set(key, { id: envelope.id, until: now + members.idempotencyTtlMs })
      }
    }),
  )
})
