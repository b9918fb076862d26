import { defineJob, defineWorkflow, RequestFailedError } from '@cgk-platform/jobs-core'
import { type Envelope, toJobRegistry } from '@cgk-platform/jobs-core/provider'
import { describe, expect, test } from 'vitest'

import { createFakeApi } from '../../test/kit/fake-api.ts'
import { createFakeClock } from '../../test/kit/fake-clock.ts'
import { createFakeTokens } from '../../test/kit/fake-tokens.ts'
import { createRecordedLogger } from '../../test/kit/recorded-logger.ts'
import '../../test/kit/work.ts'
import { awaitAllTagOf, awaitTagOf, eventWaitKey, wakeTagOf } from '../wire/wait-keys.ts'
import { tellSender, tellWaits } from './tell-waits.ts'

const flow = defineWorkflow({ id: 'tell-waits-flow', event: 'work.asked', steps: () => undefined })
const job = defineJob({ id: 'tell-waits-job', event: 'work.asked', handler: () => undefined })

function open(definitions: Parameters<typeof toJobRegistry>[0] = [job, flow]) {
  const clock = createFakeClock()
  const api = createFakeApi()
  Object.assign(api, { tokens: createFakeTokens(clock.now) })
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
    more: { startedAt?: number; until?: number; runId?: string; tenant?: string } = {},
  ) => {
    const { startedAt = sentAt - 1, until = startedAt + 60_000, runId = 'run_a', tenant = 'acme' } = more
    const match = number === undefined ? undefined : { field: 'number', value: number }
    return api.tokens.create('', {
      timeoutMs: 1,
      tags: [await awaitTagOf('work.followed', tenant, match), await awaitAllTagOf('work.followed', tenant)],
      idempotencyKey: eventWaitKey({ runId, startedAt, until }, `${number} ${tenant} ${startedAt}`),
    })
  }
  const wakeToken = (runId: string) =>
    api.tokens.create('', { timeoutMs: 1, tags: [wakeTagOf(runId)], idempotencyKey: `wake ${runId}` })
  const completed = () => api.tokens.all.flatMap(({ id, status }) => (status === 'COMPLETED' ? [id] : []))
  const tell = (more: Partial<Envelope> = {}, createdAt?: number) =>
    tellWaits({ ...envelope, ...more }, { jobId: 'run_job', createdAt }, parts)
  return { clock, api, parts, envelope, wait, wakeToken, completed, tell }
}

describe('an event', () => {
  test.each([
    ['was sent before, by the sender’s clock', -20_000, 0, true],
    ['was sent after the wait is over, by the sender’s clock', 90_000, 0, true],
    ['was sent in time, by both', 0, 0, true],
    ['was sent before, by both', -20_000, -20_000, false],
    ['was sent after the wait is over, by both', 90_000, 61_000, false],
    ['was sent before, and nobody knows when the server took it', -20_000, undefined, false],
    ['was sent after the wait is over, and nobody knows when the server took it', 90_000, undefined, false],
  ])('that %s: %i ms by its clock, %s by the server’s', async (_, sentMs, createdMs, isAnswered) => {
    const { wait, tell, completed, clock } = open()
    const token = await wait(5)
    await tell({ sentAt: clock.now() + sentMs }, createdMs === undefined ? undefined : clock.now() + createdMs)
    expect(completed()).toEqual(isAnswered ? [token] : [])
  })

  test('with thousands of fields costs no more, and answers the same', async () => {
    const { wait, tell, completed, api } = open()
    const fields = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`f${index}`, index]))
    await tell({ payload: fields })
    expect(api.tokens.asked).toEqual(['list'])
    const matching = await wait(5)
    const any = await wait(undefined)
    await wait(6)
    await tell({ payload: { ...fields, number: 5 } })
    expect(completed()).toEqual([matching, any])
  })

  test('is told again where the server was away, also to the run that is still asleep', async () => {
    const { clock, api, wait, wakeToken, tell, completed, parts } = open()
    const tokens = [await wait(5), await wakeToken('run_a')]
    const { waiting } = api.tokens
    let asked = 0
    const failing = async (...args: Parameters<typeof waiting>) => {
      if (++asked === 2) throw new RequestFailedError({ provider: 'trigger.dev', operation: 'do it', problem: 'no' })
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
