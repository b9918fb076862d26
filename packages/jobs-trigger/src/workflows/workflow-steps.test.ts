import { createWorkflowRecord, type StepRecord } from '@cgk-platform/jobs-core/provider'
import { expect, test } from 'vitest'

import { createFakeApi } from '../../test/kit/fake-api.ts'
import { createFakeClock } from '../../test/kit/fake-clock.ts'
import { createRecordedLogger } from '../../test/kit/recorded-logger.ts'
import { readEventWaitKey, toAnswer } from '../wire/wait-keys.ts'
import { createLateCalls } from './late-calls.ts'
import { type Look, readAnswers } from './read-answers.ts'
import type { RecordKeeper } from './record-keeper.ts'
import { createStepRecords } from './workflow-steps.ts'

/** The records of a run that goes on from another, `run_0`. */
async function open() {
  const clock = createFakeClock()
  const api = createFakeApi()
  const record = createWorkflowRecord('run_0', undefined)
  let saving: Promise<void> | undefined
  const keeper: RecordKeeper = {
    record,
    save: async () => saving,
    note: () => undefined,
    settle: async () => undefined,
    checkAnswer: () => undefined,
  }
  const client = { getJobStatus: async () => Promise.reject(new Error('not asked')) }
  const parts = { api, clock, runId: 'run_1', tenantId: 'acme' }
  const logger = createRecordedLogger()
  const lateCalls = createLateCalls()
  const read = (look?: Look) => readAnswers(keeper, { ...parts, client }, look)
  const records = createStepRecords({ ...parts, keeper, logger, lateCalls, readAnswers: read })
  const startedAt = clock.now()
  const base = { kind: 'waitForEvent', state: 'waiting', attempts: 0, startedAt } as const
  const step: StepRecord = { ...base, key: 'answer', until: startedAt + 60_000, event: 'order.paid' }
  record.steps.push(step)
  await records.save(step)
  const complete = () =>
    api.tokens.complete(
      '',
      step.handle!,
      toAnswer({ id: 'run_9', event: 'order.paid', payload: {}, sentAt: startedAt }),
    )
  const pass = (ms: number) => clock.finish(new Promise<void>((resolve) => void clock.setTimer(ms, resolve)))
  const saveLater = (): (() => void) => {
    let end = (): void => undefined
    saving = new Promise<void>((resolve) => (end = resolve))
    return () => end()
  }
  return { clock, api, record, records, step, complete, pass, lateCalls, read, saveLater }
}

test('a wait has the token of the run that waits, also where its records began in another', async () => {
  const { api, step } = await open()
  const [token] = api.tokens.all
  expect(readEventWaitKey(token!.idempotencyKey)).toEqual({
    runId: 'run_1',
    startedAt: step.startedAt,
    until: step.until,
  })
  expect(token!.tags).toContain('of:run_1')
})

test('an answer that comes while the code runs is told with the record that has it', async () => {
  const { records, complete, pass, step } = await open()
  const told: unknown[] = []
  const stop = records.onWaitResolved!((answered) => void told.push([answered.key, answered.state]))
  await complete()
  await pass(1500)
  expect([told, step.order]).toEqual([[['answer', 'completed']], 1])
  stop()
})

test('one whose news comes when the code was left is not put into the record, where nobody would see it', async () => {
  const { records, complete, pass, step, api, record, read } = await open()
  const readNow = api.tokens.read
  let answer = (): void => undefined
  const late = new Promise<void>((resolve) => (answer = resolve))
  Object.assign(api.tokens, {
    async read(...args: Parameters<typeof readNow>) {
      const token = await readNow(...args)
      await late
      return token
    },
  })
  const told: StepRecord[] = []
  const stop = records.onWaitResolved!((answered) => void told.push(answered))
  await complete()
  await pass(1500) // the look is under way
  stop()
  answer()
  await pass(1000)
  expect([told, step.state, record.ended]).toEqual([[], 'waiting', 0])
  await read()
  expect(step.state).toBe('completed')
})

test('where the code is left before that, it is known that it has to be told', async () => {
  const { records, complete, pass, saveLater, step } = await open()
  const told: StepRecord[] = []
  const stop = records.onWaitResolved!((answered) => void told.push(answered))
  await complete()
  const end = saveLater()
  await pass(1500)
  stop()
  end()
  await pass(1000)
  expect([told, step.state, records.hasUntold()]).toEqual([[], 'completed', true])
  records.onWaitResolved!(() => undefined)()
  expect(records.hasUntold()).toBe(false)
})

test('code that calls a step late is waited for in the next pass', async () => {
  const { records, lateCalls } = await open()
  const late = lateCalls.next()
  expect(records.graceMs).toBe(0)
  records.onLateCall!(300)
  expect([records.graceMs, late.aborted]).toEqual([600, true])
})
