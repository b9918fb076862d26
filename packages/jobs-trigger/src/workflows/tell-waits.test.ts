import { defineJob, defineWorkflow, type Envelope, RequestFailedError, toJobRegistry } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { createFakeApi } from '../../test/kit/fake-api.ts'
import { createFakeClock } from '../../test/kit/fake-clock.ts'
import { createRecordedLogger } from '../../test/kit/recorded-logger.ts'
import '../../test/kit/work.ts'
import { awaitTagOf, eventWaitKey, readAnswer, wakeTagOf } from '../wire/wait-keys.ts'
import { tellSender, tellWaits } from './tell-waits.ts'

const flow = defineWorkflow({ id: 'tell-waits-flow', event: 'work.asked', steps: () => undefined })
const job = defineJob({ id: 'tell-waits-job', event: 'work.asked', handler: () => undefined })

function open(definitions: Parameters<typeof toJobRegistry>[0] = [job, flow]) {
  const clock = createFakeClock()
  const api = createFakeApi()
  const parts = { api, clock, logger: createRecordedLogger(), jobs: toJobRegistry(definitions) }
  const sentAt = clock.now()
  const envelope: Envelope = {
    v: 1,
    id: 'j_1',
    event: 'work.followed',
    tenantId: 'acme',
    payload: { tenantId: 'acme', number: 5 },
    sentAt,
  }
  const wait = async (
    number: number | undefined,
    more: { startedAt?: number; origin?: string; tenant?: string } = {},
  ) => {
    const { startedAt = sentAt - 1, origin = 'run_a', tenant = 'acme' } = more
    const match = number === undefined ? undefined : { field: 'number', value: number }
    return api.tokens.create('', {
      timeoutMs: 1,
      tag: await awaitTagOf('work.followed', tenant, match),
      idempotencyKey: eventWaitKey({ origin, startedAt }, `${number} ${tenant} ${startedAt}`),
    })
  }
  const wakeToken = (origin: string) =>
    api.tokens.create('', { timeoutMs: 1, tag: wakeTagOf(origin), idempotencyKey: `wake ${origin}` })
  const completed = () => api.tokens.all.flatMap(({ id, status }) => (status === 'COMPLETED' ? [id] : []))
  return { clock, api, parts, envelope, wait, wakeToken, completed, tell: () => tellWaits(envelope, 'run_job', parts) }
}

describe('an event', () => {
  test('answers the waits that it matches, and no others', async () => {
    const { wait, tell, completed, envelope, api } = open()
    const any = await wait(undefined)
    const matching = await wait(5)
    await wait(6)
    await wait(5, { tenant: 'globex' })
    await wait(5, { startedAt: envelope.sentAt + 1 })
    await tell()
    expect(completed()).toEqual([any, matching])
    const { payload, sentAt, event } = envelope
    expect(readAnswer(api.tokens.all[0]!.answer)).toEqual({ id: 'run_job', event, payload, sentAt })
  })

  test('wakes the runs that wait for several things, and no others', async () => {
    const { wait, wakeToken, tell, completed } = open()
    const answered = [await wait(5), await wait(undefined), await wakeToken('run_a')]
    await wakeToken('run_b')
    await tell()
    expect(completed()).toEqual(answered)
  })

  test('costs one request where nobody waits, and none where the host has no workflow', async () => {
    const { tell, api } = open()
    await tell()
    expect(api.tokens.asked).toEqual(['list'])
    const plain = open([job])
    await plain.tell()
    expect(plain.api.tokens.asked).toEqual([])
  })

  test('is told again where the server was away, also to the run that is still asleep', async () => {
    const { clock, api, wait, wakeToken, tell, completed, parts } = open()
    const tokens = [await wait(5), await wakeToken('run_a')]
    const { waiting } = api.tokens
    let asked = 0
    const failing = async (...args: Parameters<typeof waiting>) => {
      if (++asked === 2) throw new RequestFailedError({ provider: 'trigger.dev', operation: 'it', problem: 'no' })
      return waiting(...args)
    }
    Object.assign(api.tokens, { waiting: failing })
    await clock.finish(tell())
    expect([completed(), parts.logger.lines.length]).toEqual([tokens, 1])
  })
})

describe('the end of a job', () => {
  test('wakes the run whose step sent it', async () => {
    const { wakeToken, completed, parts, envelope } = open()
    const token = await wakeToken('run_a')
    await tellSender({ ...envelope, idempotencyKey: 'run_a/call' }, 'run_job', parts)
    expect(completed()).toEqual([token])
  })

  test('costs nothing where no step sent it', async () => {
    const { api, parts, envelope } = open()
    await tellSender(envelope, 'run_job', parts)
    await tellSender({ ...envelope, idempotencyKey: 'order-5' }, 'run_job', parts)
    expect(api.tokens.asked).toEqual([])
  })
})
