import { PayloadTooLargeError, SendFailedError, UnsupportedFeatureError } from '@cgk-platform/jobs-core'
import { type EnvelopeResult, type Envelope, type Failure, RequestFailure } from '@cgk-platform/jobs-core/provider'
import { describe, expect, test } from 'vitest'

import { createFakeApi, type FakeAnswers } from '../../test/kit/fake-api.ts'
import { createFakeClock } from '../../test/kit/fake-clock.ts'
import { fakeRun } from '../../test/kit/fake-run.ts'
import { sendEnvelopes } from './send-envelopes.ts'

const envelope = (more: Partial<Envelope> = {}): Envelope => ({
  v: 1,
  id: '01JQDAE4RQF8MBCR55T5A00001',
  event: 'work.asked',
  tenantId: 'acme',
  payload: { tenantId: 'acme' },
  sentAt: 1000,
  ...more,
})

async function send(envelopes: readonly Envelope[], answers?: FakeAnswers) {
  const api = createFakeApi([], answers)
  const clock = createFakeClock()
  return { answers: await clock.finish(sendEnvelopes(envelopes, { api, clock })), api, clock }
}

function errorOf(answer: EnvelopeResult | undefined): Error {
  if (answer?.ok !== false) throw new Error('It was taken.')
  return answer.error
}

function failing(failure: Partial<Failure>): FakeAnswers {
  const whole = {
    problem: 'it answered 500',
    mayHaveSucceeded: false,
    isTransient: false,
    isFromEngine: true,
    ...failure,
  }
  return {
    trigger() {
      throw new RequestFailure(whole, { cause: 'of the SDK' })
    },
  }
}

describe('an event', () => {
  test("is sent to its own task, and the run's id is the job's", async () => {
    const { answers, api } = await send([envelope()])
    expect(answers).toEqual([{ ok: true, id: 'run_made0', deduplicated: false }])
    expect(api.triggered).toEqual([
      {
        taskId: 'event-work__asked',
        payload: { envelope: envelope() },
        tags: ['jobs', 'jobs:acme', 'tenant:acme', 'event:work.asked'],
        concurrencyKey: 'acme',
        idempotencyKey: expect.stringMatching(/^[0-9a-f]{64}$/),
        idempotencyKeyTtlMs: 3_600_000,
      },
    ])
    expect(api.asked).toHaveLength(1)
  })

  test('waits for its time, where that is still to come', async () => {
    const now = createFakeClock().now()
    const { api } = await send([envelope({ runAt: now + 1 }), envelope({ runAt: now })])
    expect(api.triggered.map(({ delay }) => delay)).toEqual([new Date(now + 1), undefined])
  })

  test('leaves its number of attempts to the host, which counts them', async () => {
    const { api } = await send([envelope({ maxAttempts: 7 })])
    expect(api.triggered[0]).not.toHaveProperty('maxAttempts')
    expect(api.triggered[0]!.payload).toMatchObject({ envelope: { maxAttempts: 7 } })
  })

  test('that was asked for twice for want of an answer is no duplicate', async () => {
    const { answers } = await send([envelope()], {
      trigger: () => ({ id: 'run_1', isCached: true, wasRetried: true }),
    })
    expect(answers).toEqual([{ ok: true, id: 'run_1', deduplicated: false }])
  })
})

describe('an idempotency key', () => {
  const keyed = (more: Partial<Envelope> = {}) =>
    envelope({ idempotencyKey: 'order_1', idempotencyTtlMs: 5000, ...more })

  test('counts for its tenant and event, and for as long as it lives', async () => {
    const { answers, api } = await send([
      keyed(),
      keyed({ id: '01JQDAE4RQF8MBCR55T5A00002' }),
      keyed({ tenantId: 'other' }),
      keyed({ event: 'work.followed' }),
      keyed({ idempotencyKey: 'order_2' }),
    ])
    // Which of the two with one key is first is open: a key takes a moment to be made.
    const deduplicated = answers.map((answer) => answer.ok && answer.deduplicated)
    expect([new Set(deduplicated.slice(0, 2)), deduplicated.slice(2)]).toEqual([
      new Set([false, true]),
      [false, false, false],
    ])
    const ids = answers.map((answer) => answer.ok && answer.id)
    expect(ids[1]).toBe(ids[0])
    expect(new Set(ids).size).toBe(4)
    expect(new Set(api.triggered.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(4)
    for (const { idempotencyKeyTtlMs } of api.triggered) expect(idempotencyKeyTtlMs).toBe(5000)
  })

  test('lives a day where nothing is said', async () => {
    const { api } = await send([envelope({ idempotencyKey: 'order_1' })])
    expect(api.triggered[0]!.idempotencyKeyTtlMs).toBe(86_400_000)
  })

  test('that the send itself took before an answer was lost is told as taken by it', async () => {
    const trigger = () => ({ id: 'run_1', isCached: true, wasRetried: true })
    const own = await send([keyed()], { trigger, retrieve: () => fakeRun({ payload: { envelope: keyed() } }) })
    expect(own.answers).toEqual([{ ok: true, id: 'run_1', deduplicated: false }])
    const payload = { envelope: keyed({ id: '01JQDAE4RQF8MBCR55T5A00009' }) }
    const others = await send([keyed()], { trigger, retrieve: () => fakeRun({ payload }) })
    expect(others.answers).toEqual([{ ok: true, id: 'run_1', deduplicated: true }])
    const asText = await send([keyed()], {
      trigger,
      retrieve: () => fakeRun({ payload: JSON.stringify({ envelope: keyed() }) }),
    })
    expect(asText.answers).toMatchObject([{ deduplicated: false }])
    const unread = await send([keyed()], {
      trigger,
      retrieve() {
        throw new Error('no')
      },
    })
    expect(unread.answers).toMatchObject([{ ok: true, deduplicated: true }])
  })
})

describe('a send that failed', () => {
  test.each([
    [false, 'no', 'The event was not accepted; you can send it again.'],
    [true, 'maybe', 'The event may have been accepted: send it again only with an `idempotencyKey`.'],
  ])('tells whether it was accepted: %s', async (mayHaveSucceeded, accepted, remedy) => {
    const error = errorOf((await send([envelope()], failing({ mayHaveSucceeded }))).answers[0])
    expect(SendFailedError.isInstance(error) && error.accepted).toBe(accepted)
    expect(error.message).toBe(`Failed to send \`work.asked\` to \`trigger.dev\`: it answered 500. ${remedy}`)
    expect(error.cause).toBe('of the SDK')
  })
})

describe('what Trigger.dev cannot take is refused, and nothing is asked:', () => {
  test('an event whose name is too long to tell tasks apart by', async () => {
    const { answers, api } = await send([envelope({ event: `work.${'x'.repeat(110)}` })])
    const error = errorOf(answers[0])
    expect(UnsupportedFeatureError.isInstance(error)).toBe(true)
    expect(error.message).toMatch(/The name makes a task id of 122 characters.*: shorten it\.$/)
    expect(api.asked).toEqual([])
  })

  test('what is larger than a server takes without an object store, with all that goes along with the payload', async () => {
    const odd = JSON.parse('{ "tenantId": "acme", "constructor": "Brabham" }') as Envelope['payload']
    for (const payload of [{ tenantId: 'acme' }, odd]) {
      const bytes = (own: Envelope): number => {
        const text = JSON.stringify({ envelope: own })
        return payload === odd ? text.length : `{"json":${text}}`.length
      }
      const around = bytes(envelope({ payload, traceparent: '' }))
      const fitting = envelope({ payload, traceparent: 'x'.repeat(128 * 1024 - 1 - around) })
      expect((await send([fitting])).answers).toMatchObject([{ ok: true }])
      const { answers, api } = await send([{ ...fitting, traceparent: `${fitting.traceparent}x` }])
      const error = errorOf(answers[0])
      expect(PayloadTooLargeError.isInstance(error)).toBe(true)
      expect(error).toMatchObject({ bytes: 128 * 1024, limitBytes: 128 * 1024 - 1 })
      expect(api.asked).toEqual([])
    }
  })
})
