import { createWorkflowRecord, type StepRecord } from '@cgk-platform/jobs-core/provider'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import { expect, test } from 'vitest'

import { createFakeApi } from '../../test/kit/fake-api.ts'
import { createFakeClock } from '../../test/kit/fake-clock.ts'
import { readEventWaitKey, encodeTokenEvent } from '../wire/wait-keys.ts'
import { createReplayGrace } from './replay-grace.ts'
import { type WaitPoll, resolveWaits } from './resolve-waits.ts'
import type { RecordStore } from './record-store.ts'
import { createStepRecords } from './step-records.ts'

/** Opens the step records of `run_1`, which continues from `run_0`. */
async function open() {
  const clock = createFakeClock()
  const api = createFakeApi()
  const record = createWorkflowRecord('run_0', undefined)
  let saving: Promise<void> | undefined
  const store: RecordStore = {
    record,
    save: async () => saving,
    scheduleSave: () => undefined,
    flush: async () => undefined,
    checkResult: () => undefined,
  }
  const client = { getJobStatus: async () => Promise.reject(new Error('not used')) }
  const lookIntoPast = async () => undefined
  const dependencies = { api, clock, runId: 'run_1', tenantId: 'acme', lookIntoPast }
  const logger = createRecordedLogger()
  const replayGrace = createReplayGrace()
  const resolve = (poll?: WaitPoll) => resolveWaits(store, { ...dependencies, client }, poll)
  const lookBeforeTimeout = async () => undefined
  const records = createStepRecords({
    ...{ ...dependencies, store, logger, replayGrace, lookBeforeTimeout },
    resolveWaits: resolve,
  })
  const startedAt = clock.now()
  const base = { kind: 'waitForEvent', state: 'waiting', attempts: 0, startedAt } as const
  const step: StepRecord = { ...base, key: 'answer', until: startedAt + 60_000, event: 'order.paid' }
  record.steps.push(step)
  await records.save(step)
  const complete = () =>
    api.tokens.complete(
      '',
      step.handle!,
      encodeTokenEvent({ id: 'run_9', event: 'order.paid', payload: {}, sentAt: startedAt }),
    )
  const advance = (ms: number) => clock.finish(new Promise<void>((done) => void clock.setTimer(ms, done)))
  const holdSave = (): (() => void) => {
    let release = (): void => undefined
    saving = new Promise<void>((done) => (release = done))
    return () => release()
  }
  return { clock, api, record, records, step, complete, advance, replayGrace, resolve, holdSave }
}

test('creates the token for the waiting run, even if its records began in another run', async () => {
  const { api, step } = await open()
  const [token] = api.tokens.all
  expect(readEventWaitKey(token!.idempotencyKey)).toEqual({
    runId: 'run_1',
    startedAt: step.startedAt,
    until: step.until,
  })
  expect(token!.tags).toContain('of:run_1')
})

test('delivers a wait result that arrives while the code runs', async () => {
  const { records, complete, advance, step } = await open()
  const delivered: unknown[] = []
  const stop = records.onWaitResolved!((resolved) => void delivered.push([resolved.key, resolved.state]))
  await complete()
  await advance(1500)
  expect([delivered, step.order]).toEqual([[['answer', 'completed']], 1])
  stop()
})

test('does not record a wait result whose read ends after the replay', async () => {
  const { records, complete, advance, step, api, record, resolve } = await open()
  const readNow = api.tokens.read
  let release = (): void => undefined
  const held = new Promise<void>((done) => (release = done))
  Object.assign(api.tokens, {
    async read(...args: Parameters<typeof readNow>) {
      const token = await readNow(...args)
      await held
      return token
    },
  })
  const delivered: StepRecord[] = []
  const stop = records.onWaitResolved!((resolved) => void delivered.push(resolved))
  await complete()
  await advance(1500) // the read is in progress
  stop()
  release()
  await advance(1000)
  expect([delivered, step.state, record.ended]).toEqual([[], 'waiting', 0])
  await resolve()
  expect(step.state).toBe('completed')
})

test('reports an undelivered result if the replay ends during its save', async () => {
  const { records, complete, advance, holdSave, step } = await open()
  const delivered: StepRecord[] = []
  const stop = records.onWaitResolved!((resolved) => void delivered.push(resolved))
  await complete()
  const release = holdSave()
  await advance(1500)
  stop()
  release()
  await advance(1000)
  expect([delivered, step.state, records.hasUndelivered()]).toEqual([[], 'completed', true])
  records.onWaitResolved!(() => undefined)()
  expect(records.hasUndelivered()).toBe(false)
})

test('extends the grace time of the next replay after a late call', async () => {
  const { records, replayGrace } = await open()
  const late = replayGrace.nextSignal()
  expect(records.graceMs).toBe(0)
  records.onLateCall!(300)
  expect([records.graceMs, late.aborted]).toEqual([600, true])
})
