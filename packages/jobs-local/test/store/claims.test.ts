import type { Clock, Outcome } from '@cgk-platform/jobs-core/provider'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { JobStore, LimitsOf } from '../../src/store/job-store.ts'
import type { StoredRun } from '../../src/records/stored-run.ts'
import type { Subscriber } from '../../src/records/subscriber.ts'
import { ClaimsModel, type ModelLimits, type ModelRun } from '../kit/claims-model.ts'
import { changed, openStore } from '../kit/open-store.ts'
import { createEnvelope } from '../kit/stored-run.ts'
import { severalWorkers } from '../kit/several-workers.ts'
import { createStore, type StoreName } from '../kit/stores.ts'
import { createTestFile } from '../kit/test-file.ts'

/** The stores, and the number of workers that claim in turn. */
const stores: readonly (readonly [name: StoreName, workers: number])[] = [
  ['memory', 1],
  ['SQLite', 1],
  ['SQLite', 3],
]

const definitionIds = ['a', 'b', 'c']
const tenantIds = ['acme', 'globex', 'initech']
/** Longer than the time that passes in a test, so that no instant occurs twice in a row, which hides a change. */
const setMs = 1_000_003
const error = { name: 'Error', message: 'failed' }

const definitionId = fc.constantFrom(...definitionIds)
const tenantId = fc.constantFrom(...tenantIds)
const key = fc.constantFrom(undefined, '1', '2', '')
const limit = fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined })
const throttle = fc.record({
  limit: fc.integer({ min: 1, max: 4 }),
  periodMs: fc.constantFrom(1000, 1500, 7000),
  burst: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  key: fc.constantFrom(undefined, 'tenantId', 'storeId'),
})
const limits = fc
  .record({
    concurrency: fc.record({ limit, perTenant: limit, perKey: limit }),
    throttle: fc.option(throttle, { nil: undefined }),
  })
  .map(
    ({ concurrency, throttle: chosen }) => JSON.parse(JSON.stringify({ concurrency, throttle: chosen })) as ModelLimits,
  )
const outcome = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Outcome>({ type: 'completed' }) },
  { weight: 1, arbitrary: fc.constant<Outcome>({ type: 'failed', error }) },
  { weight: 1, arbitrary: fc.constant<Outcome>({ type: 'interrupted' }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(0, 300, 2000).map((afterMs): Outcome => ({ type: 'retry', afterMs, error })),
  },
)
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('push' as const),
      definitionId,
      tenantId,
      concurrencyKey: key,
      throttleKey: key,
      priority: fc.constantFrom(0, 0, 0, 5),
    }),
  },
  { weight: 8, arbitrary: fc.record({ type: fc.constant('claim' as const), max: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 6, arbitrary: fc.record({ type: fc.constant('end' as const), which: fc.nat(), outcome }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('cancel' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('retry' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('limit' as const), definitionId, limits }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('pass' as const), ms: fc.constantFrom(1, 250, 1000, 5000) }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('set clock' as const), byMs: fc.constantFrom(-setMs, setMs) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('pause' as const),
      target: fc.oneof(fc.record({ definitionId }), fc.record({ tenantId })),
      isPaused: fc.boolean(),
    }),
  },
)

/** Opens stores on a file, which make changes in turn. */
function createWorkers(count: number, clock: Pick<Clock, 'now' | 'elapsed'>): JobStore {
  const { path } = createTestFile()
  return severalWorkers(Array.from({ length: count }, () => openStore(path, undefined, clock)))
}

/** A store beside the model, on a clock of its own. */
function createScene(name: StoreName, workers: number) {
  let [nowMs, elapsedMs] = [1_000_000_000, 0]
  const clock = { now: () => nowMs, elapsed: () => elapsedMs }
  const store = workers === 1 ? createStore(name, { clock }) : createWorkers(workers, clock)
  const model = new ClaimsModel()
  const stored = new Map<ModelRun, StoredRun>()
  const limitsOf: LimitsOf = (id) => model.limits.get(id)

  const add = (
    jobId: string,
    { concurrencyKey, throttleKey }: Partial<Pick<ModelRun, 'concurrencyKey' | 'throttleKey'>>,
    priority = 0,
  ): void => {
    const { job, definitionId: id, retryOf } = store.get(jobId)!.runs.at(-1)!
    const rank = (retryOf === undefined ? job.envelope.sentAt : nowMs) - priority * 1000
    const { tenantId: ofTenant } = job.envelope
    const fields = { jobId, definitionId: id, tenantId: ofTenant, concurrencyKey, throttleKey, rank, priority }
    const known = model.runs.filter((one) => one.jobId === jobId)
    if (known.length < job.runs.length) model.runs.push({ ...fields, hasStarted: false, state: 'waiting', dueAt: 0 })
  }

  return {
    model,
    store,
    limitsOf,
    now: () => nowMs,
    pass(ms: number): void {
      nowMs += ms
      elapsedMs += ms
    },
    async setClock(byMs: number): Promise<void> {
      nowMs += byMs
      model.shift(byMs)
      // Each worker notices it.
      for (let worker = 0; worker < workers; worker++) await changed(store, () => undefined)
    },
    async push(subscriber: Subscriber, ofTenant: string): Promise<void> {
      const envelope = createEnvelope({ tenantId: ofTenant, sentAt: nowMs })
      await changed(store, () => {
        store.add([envelope], nowMs)
        for (const job of store.takeDueJobs(10, nowMs)) store.addRuns(job, [subscriber], nowMs)
      })
      add(envelope.id, subscriber, subscriber.priority)
    },
    /** Claims runs. Fails if the model does not allow one, or allows another. */
    async claim(max: number): Promise<readonly StoredRun[]> {
      const claimed = await changed(store, () => store.claim(max, limitsOf, nowMs))
      for (const run of claimed) {
        const jobId = run.job.envelope.id
        const startable = model.startable(nowMs)
        const found = startable.find((one) => one.jobId === jobId)
        expect(found, `a claimed run may start`).toBeDefined()
        if (!found!.hasStarted) {
          const first = startable.filter((one) => !one.hasStarted)
          const sameLane = first.filter((one) => laneOf(one) === laneOf(found!))
          const [lowest] = sameLane.toSorted(byRank)
          expect(found!.rank, 'a run has the lowest rank of its lane').toBe(lowest!.rank)
          // `retryJob` puts a run at the end of its rank, or at the place of its job.
          const isRetried = ({ jobId: id }: ModelRun) => model.runs.filter((one) => one.jobId === id).length > 1
          const sent = sameLane.filter((one) => one.rank === lowest!.rank && !isRetried(one)).toSorted(byRank)
          if (!isRetried(found!)) expect(found, 'a run is the first of its rank').toBe(sent[0])
        }
        model.start(found!, nowMs)
        stored.set(found!, run)
      }
      if (claimed.length < max) {
        expect(model.startable(nowMs), 'no slot is idle while a run may start').toEqual([])
        const next = Math.min(...model.waiting(nowMs).map((run) => model.mayStartAt(run)))
        const dueAt = store.nextDueAt() ?? Infinity
        expect(dueAt, 'the engine wakes in time').toBeLessThanOrEqual(Math.ceil(next))
        expect(dueAt, 'the engine does not wake again and again').toBeGreaterThan(nowMs)
      }
      return claimed
    },
    async end(which: number, given: Outcome): Promise<void> {
      const running = model.runs.filter(({ state }) => state === 'running')
      const run = running[which % running.length]
      if (!run) return
      const found = stored.get(run)!
      await changed(store, () => store.settle(found, found.attempts, given, nowMs, true))
      run.state = given.type === 'retry' ? 'delayed' : given.type === 'interrupted' ? 'waiting' : 'ended'
      if (given.type !== 'retry') return
      run.dueAt = nowMs + given.afterMs
      run.rank = run.dueAt - run.priority * 1000
    },
    async cancel(which: number): Promise<void> {
      const open = model.runs.filter(({ state }) => state !== 'ended')
      const run = open[which % open.length]
      if (!run) return
      for (const running of await changed(store, () => store.cancel(run.jobId, nowMs))) {
        await changed(store, () => store.release(running))
      }
      run.state = 'ended'
    },
    async retry(which: number): Promise<void> {
      const ended = model.runs.filter(({ state }) => state === 'ended')
      const run = ended[which % ended.length]
      if (!run) return
      await changed(store, () => store.retry(run.jobId, nowMs))
      add(run.jobId, run, run.priority)
    },
  }
}

function laneOf({ definitionId: id, tenantId: tenant, concurrencyKey, throttleKey }: ModelRun): string {
  return JSON.stringify([id, tenant, concurrencyKey ?? null, throttleKey ?? null])
}

function byRank(one: ModelRun, other: ModelRun): number {
  return one.rank - other.rank || (one.jobId < other.jobId ? -1 : 1)
}

describe.each(stores)('claims of the %s store, workers: %i', (name, workers) => {
  test('never exceed a limit, and leave no slot idle, after any sequence of changes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(limits, { minLength: 3, maxLength: 3 }),
        fc.array(step, { maxLength: 120, size: 'max' }),
        async (first, steps) => {
          const scene = createScene(name, workers)
          const { model, store } = scene
          for (const [index, id] of definitionIds.entries()) model.limits.set(id, first[index]!)
          for (const one of steps) {
            if (one.type === 'push') {
              const { concurrencyKey, throttleKey, priority } = one
              await scene.push(
                {
                  definitionId: one.definitionId,
                  maxAttempts: 100,
                  priority,
                  ...(concurrencyKey !== undefined && { concurrencyKey }),
                  ...(throttleKey !== undefined && { throttleKey }),
                },
                one.tenantId,
              )
            }
            if (one.type === 'claim') await scene.claim(one.max)
            if (one.type === 'end') await scene.end(one.which, one.outcome)
            if (one.type === 'cancel') await scene.cancel(one.which)
            if (one.type === 'retry') await scene.retry(one.which)
            if (one.type === 'limit') scene.pass(model.changeLimits(one.definitionId, one.limits, scene.now()))
            if (one.type === 'pass') scene.pass(one.ms)
            if (one.type === 'set clock') await scene.setClock(one.byMs)
            if (one.type === 'pause') {
              const [paused, id] =
                'tenantId' in one.target
                  ? [model.pausedTenants, one.target.tenantId]
                  : [model.pausedDefinitions, one.target.definitionId]
              await changed(store, () => store.pauses.set(one.target as never, one.isPaused, scene.now()))
              if (one.isPaused) paused.add(id)
              else paused.delete(id)
            }
            const waiting = model.runs.filter((run) => run.state === 'waiting' && !model.isPaused(run)).length
            const counted = [...store.waitingRuns(1000).values()].reduce((sum, count) => sum + count, 0)
            expect(counted, 'throttled runs count as waiting').toBeGreaterThanOrEqual(waiting)
          }
          await scene.claim(1000)
        },
      ),
      { numRuns: name === 'memory' ? 300 : 30 },
    )
  })
})
