import { SendFailedError } from '@cgk-platform/jobs-core/errors'
import { type Failure, RequestFailure } from '@cgk-platform/jobs-core/hosted'
import type { EnvelopeResult, Envelope } from '@cgk-platform/jobs-core/provider'
import { describe, expect, test } from 'vitest'

import { createFakeApi, type FakeResponses } from '../../test/kit/fake-api.ts'
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

async function send(envelopes: readonly Envelope[], responses?: FakeResponses) {
  const api = createFakeApi([], responses)
  const clock = createFakeClock()
  return { results: await clock.finish(sendEnvelopes(envelopes, { api, clock })), api, clock }
}

function errorOf(result: EnvelopeResult | undefined): Error {
  if (result?.ok !== false) throw new Error('The envelope was accepted.')
  return result.error
}

function failing(options: Partial<Failure>): FakeResponses {
  const failure = {
    problem: 'the server responded with 500',
    mayHaveSucceeded: false,
    isTransient: false,
    isFromEngine: true,
    ...options,
  }
  return {
    trigger() {
      throw new RequestFailure(failure, { cause: 'from the SDK' })
    },
  }
}

test('many events are triggered by twenty concurrent requests, one each', async () => {
  let open = 0
  let most = 0
  let reachTwenty = (): void => undefined
  const twenty = new Promise<void>((resolve) => (reachTwenty = resolve))
  const { results, api } = await send(
    Array.from({ length: 50 }, (_, index) => envelope({ id: String(index) })),
    {
      async trigger() {
        most = Math.max(most, ++open)
        if (open === 20) reachTwenty()
        await twenty
        await new Promise<void>((resolve) => void setImmediate(resolve))
        open--
        return { id: 'run_a', isCached: false }
      },
    },
  )
  expect([results.length, api.requests.length, most]).toEqual([50, 50, 20])
})

describe('an event', () => {
  test("triggers its own task, and the run's id is the job's id", async () => {
    const { results, api } = await send([envelope()])
    expect(results).toEqual([{ ok: true, id: 'run_made0', deduplicated: false }])
    expect(api.triggered).toEqual([
      {
        taskId: 'event-work__asked',
        payload: { envelope: envelope() },
        tags: ['jobs', 'jobs:acme', 'tenant:acme', 'event:work.asked'],
        metadata: { jobSent: { tenantId: 'acme', at: 1000 } },
        idempotencyKey: expect.stringMatching(/^[0-9a-f]{64}$/),
        idempotencyKeyTtlMs: 3_600_000,
      },
    ])
    expect(api.requests).toHaveLength(1)
  })

  test('is delayed if its start is in the future', async () => {
    const now = createFakeClock().now()
    const { api } = await send([envelope({ runAt: now + 1 }), envelope({ runAt: now })])
    expect(api.triggered.map(({ delay }) => delay)).toEqual([new Date(now + 1), undefined])
  })

  test('does not send its number of attempts to the server, because the host counts them', async () => {
    const { api } = await send([envelope({ maxAttempts: 7 })])
    expect(api.triggered[0]).not.toHaveProperty('maxAttempts')
    expect(api.triggered[0]!.payload).toMatchObject({ envelope: { maxAttempts: 7 } })
  })

  test('is not a duplicate if its request was retried after a lost response', async () => {
    const { results } = await send([envelope()], {
      trigger: () => ({ id: 'run_1', isCached: true, wasRetried: true }),
    })
    expect(results).toEqual([{ ok: true, id: 'run_1', deduplicated: false }])
  })
})

describe('an idempotency key', () => {
  const keyed = (more: Partial<Envelope> = {}) =>
    envelope({ idempotencyKey: 'order_1', idempotencyTtlMs: 5000, ...more })

  test('is unique to its tenant and event, for its TTL', async () => {
    const { results, api } = await send([
      keyed(),
      keyed({ id: '01JQDAE4RQF8MBCR55T5A00002' }),
      keyed({ tenantId: 'other' }),
      keyed({ event: 'work.followed' }),
      keyed({ idempotencyKey: 'order_2' }),
    ])
    // Either of the two with the same key may be first, because hashing a key is asynchronous.
    const deduplicated = results.map((result) => result.ok && result.deduplicated)
    expect([new Set(deduplicated.slice(0, 2)), deduplicated.slice(2)]).toEqual([
      new Set([false, true]),
      [false, false, false],
    ])
    const ids = results.map((result) => result.ok && result.id)
    expect(ids[1]).toBe(ids[0])
    expect(new Set(ids).size).toBe(4)
    expect(new Set(api.triggered.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(4)
    for (const { idempotencyKeyTtlMs } of api.triggered) expect(idempotencyKeyTtlMs).toBe(5000)
  })

  test('has a TTL of one day by default', async () => {
    const { api } = await send([envelope({ idempotencyKey: 'order_1' })])
    expect(api.triggered[0]!.idempotencyKeyTtlMs).toBe(86_400_000)
  })

  test('that the same send took before a lost response is not a duplicate', async () => {
    const trigger = () => ({ id: 'run_1', isCached: true, wasRetried: true })
    const own = await send([keyed()], { trigger, retrieve: () => fakeRun({ payload: { envelope: keyed() } }) })
    expect(own.results).toEqual([{ ok: true, id: 'run_1', deduplicated: false }])
    const payload = { envelope: keyed({ id: '01JQDAE4RQF8MBCR55T5A00009' }) }
    const others = await send([keyed()], { trigger, retrieve: () => fakeRun({ payload }) })
    expect(others.results).toEqual([{ ok: true, id: 'run_1', deduplicated: true }])
    const asString = await send([keyed()], {
      trigger,
      retrieve: () => fakeRun({ payload: JSON.stringify({ envelope: keyed() }) }),
    })
    expect(asString.results).toMatchObject([{ deduplicated: false }])
    const unread = await send([keyed()], {
      trigger,
      retrieve() {
        throw new Error('no')
      },
    })
    expect(unread.results).toMatchObject([{ ok: true, deduplicated: true }])
  })
})

describe('a send that failed', () => {
  test.each([
    [false, 'no', 'The event was not accepted; you can send it again.'],
    [true, 'maybe', 'The event may have been accepted: send it again only with an `idempotencyKey`.'],
  ])('reports whether it may have succeeded: %s', async (mayHaveSucceeded, accepted, remedy) => {
    const error = errorOf((await send([envelope()], failing({ mayHaveSucceeded }))).results[0])
    expect(SendFailedError.isInstance(error) && error.accepted).toBe(accepted)
    expect(error.message).toBe(
      `Failed to send \`work.asked\` to \`trigger.dev\`: the server responded with 500. ${remedy}`,
    )
    expect(error.cause).toBe('from the SDK')
  })
})
