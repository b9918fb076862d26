import type { EnvelopeResult, Envelope } from '@cgk-platform/jobs-core/provider'
import { connectionError, type Reply } from '@cgk-platform/test-kit/replies'
import { afterEach, describe, expect, test, vi } from 'vitest'

import { type ReceivedRequest, createFakeServer, idsIn } from '../../test/kit/fake-server.ts'
import { createVirtualClock } from '../../test/kit/virtual-clock.ts'
import { timeOfId } from '../wire/event-id.ts'
import { createPostEvents } from './post-events.ts'
import { sendEnvelopes } from './send-envelopes.ts'
import type { KeyedSender } from './send-keyed.ts'

const idOf = (number: number) => `01JQDAE4RQF8MBCR55T5A${String(number).padStart(5, '0')}`
const envelope = (number: number, more: Partial<Envelope> = {}): Envelope => ({
  v: 1,
  id: idOf(number),
  event: 'work.asked',
  tenantId: 'acme',
  payload: { tenantId: 'acme', number },
  sentAt: 1000,
  ...more,
})

interface SentEvent {
  readonly name: string
  readonly data: { readonly number: number }
}

function eventsIn({ text }: ReceivedRequest): SentEvent[] {
  return JSON.parse(text) as SentEvent[]
}

/** Responds like Inngest: accepts the events before an invalid one and ignores those after it. */
function takeUntil(isBad: (event: SentEvent) => boolean): (request: ReceivedRequest) => Reply {
  return (request) => {
    const ids = idsIn(request)
    const bad = eventsIn(request).findIndex(isBad)
    if (bad < 0) return { body: { ids, status: 200 } }
    return { status: 400, body: { ids: bad === 0 ? [''] : ids.slice(0, bad), status: 400, error: 'no good' } }
  }
}

const takeAll = takeUntil(() => false)

async function send(
  envelopes: readonly Envelope[],
  answer: Parameters<typeof createFakeServer>[0] = takeAll,
  options: Parameters<typeof createFakeServer>[1] = {},
) {
  const { client, requests } = createFakeServer(answer, options)
  const clock = createVirtualClock()
  const keyed = {
    send: vi.fn<KeyedSender['send']>(async ({ id }) => ({ ok: true, id: `keyed-${id}`, deduplicated: true })),
  }
  const offsetMs = (): number => -500
  const postEvents = createPostEvents({ client }, clock)
  const answers = await clock.finish(sendEnvelopes(envelopes, { client, clock, postEvents, keyed, offsetMs }))
  return { answers, requests, keyed, clock }
}

function errorOf(answer: EnvelopeResult | undefined): Error {
  if (answer?.ok !== false) throw new Error('It was taken.')
  return answer.error
}

afterEach(() => vi.unstubAllEnvs())

test('sends several envelopes in one request, with ids that no other request has', async () => {
  const { answers, requests, clock } = await send([envelope(1), envelope(2)])
  const [sent] = requests
  expect(requests).toHaveLength(1)
  expect(eventsIn(sent!).map(({ data }) => data.number)).toEqual([1, 2])
  expect(answers).toEqual(idsIn(sent!).map((id) => ({ ok: true, id, deduplicated: false })))
  expect(timeOfId(idsIn(sent!)[0]!)).toBe(clock.now())
  const again = await send([envelope(1), envelope(2)])
  expect(idsIn(again.requests[0]!)).not.toEqual(idsIn(sent!))
})

test("sets the time of a delayed job by the engine's clock, and none for others", async () => {
  const delayed = await send([envelope(1), envelope(2, { runAt: 5000 })])
  expect(JSON.parse(delayed.requests[0]!.text)).toMatchObject([{}, { ts: 4500 }])
  expect(JSON.parse(delayed.requests[0]!.text)[0]).not.toHaveProperty('ts')
})

test("splits envelopes over Inngest's maximum into several requests", async () => {
  const { answers, requests } = await send(Array.from({ length: 5001 }, (_, index) => envelope(index)))
  expect(requests.map((one) => eventsIn(one).length)).toEqual([5000, 1])
  expect(requests.map((one) => eventsIn(one)[0]!.data.number)).toEqual([0, 5000])
  expect(answers).toHaveLength(5001)
  expect(answers.every(({ ok }) => ok)).toBe(true)
})

test('sends the rest of a bulk once Inngest accepts requests again', async () => {
  const { answers, requests, clock } = await send(
    Array.from({ length: 5001 }, (_, index) => envelope(index)),
    (request, index) =>
      index === 1 || index === 2 ? { status: 429, headers: { 'retry-after': '20' } } : takeAll(request),
  )
  expect(answers.every(({ ok }) => ok)).toBe(true)
  expect(requests.map((one) => eventsIn(one).length)).toEqual([5000, 1, 1, 1])
  expect(clock.delays).toEqual([20_000, 20_000])
})

test('sends envelopes with a key separately, and returns results in the order of the envelopes', async () => {
  const keyed = envelope(2, { idempotencyKey: 'key' })
  const { answers, requests, keyed: sender } = await send([envelope(1), keyed, envelope(3)])
  expect(sender.send.mock.calls).toEqual([[keyed]])
  expect(eventsIn(requests[0]!).map(({ data }) => data.number)).toEqual([1, 3])
  const ids = idsIn(requests[0]!)
  expect(answers.map((one) => one.ok && one.id)).toEqual([ids[0], `keyed-${idOf(2)}`, ids[1]])
})

describe('one invalid event in a request', () => {
  test('is the only one that is rejected', async () => {
    const envelopes = Array.from({ length: 9 }, (_, index) => envelope(index))
    for (const bad of [0, 4, 8]) {
      const { answers } = await send(
        envelopes,
        takeUntil(({ data }) => data.number === bad),
      )
      expect(answers.map(({ ok }) => ok)).toEqual(envelopes.map((_, index) => index !== bad))
      expect(errorOf(answers[bad])).toMatchObject({
        accepted: 'no',
        message: 'Failed to send `work.asked` to `inngest`: the server responded with 400 (no good). ' + certain,
      })
    }
  })

  test('changes no ids, so that nothing runs twice after a lost response', async () => {
    const idsByNumber = new Map<number, Set<string>>()
    const { answers } = await send(
      [0, 1, 2, 3, 4].map((number) => envelope(number)),
      (request, index) => {
        const ids = idsIn(request)
        for (const [place, { data }] of eventsIn(request).entries()) {
          idsByNumber.set(data.number, (idsByNumber.get(data.number) ?? new Set()).add(ids[place]!))
        }
        return index === 0 ? { status: 502 } : takeUntil(({ data }) => data.number === 2)(request)
      },
    )
    expect([...idsByNumber.values()].map(({ size }) => size)).toEqual([1, 1, 1, 1, 1])
    const taken = answers.map((one, number) => (one.ok ? idsByNumber.get(number)!.has(one.id) : false))
    expect(taken).toEqual([true, true, false, true, true])
  })
})

test('sends smaller requests if one is too large', async () => {
  const envelopes = Array.from({ length: 8 }, (_, index) => envelope(index))
  const { answers, requests } = await send(envelopes, (one) =>
    eventsIn(one).length > 3 ? { status: 413, body: '' } : takeAll(one),
  )
  expect(answers.every(({ ok }) => ok)).toBe(true)
  expect(requests.map((one) => eventsIn(one).length)).toEqual([8, 4, 2, 2, 4, 2, 2])
})

test('does not repeat a rejection that applies to all events', async () => {
  const ofProxy: Reply = { status: 400, body: '<html><h1>400 Bad Request</h1></html>' }
  for (const reply of [{ status: 401 }, { status: 503 }, ofProxy, connectionError('ECONNREFUSED')]) {
    const { answers, requests } = await send([envelope(1), envelope(2)], () => {
      if (reply instanceof Error) throw reply
      return reply
    })
    expect(requests.every((one) => eventsIn(one).length === 2)).toBe(true)
    expect(answers.map(({ ok }) => ok)).toEqual([false, false])
  }
})

test('rejects everything without an event key, without a request', async () => {
  vi.stubEnv('INNGEST_EVENT_KEY', undefined)
  const { answers, requests } = await send([envelope(1), envelope(2)], takeAll, { eventKey: undefined })
  expect(requests).toHaveLength(0)
  for (const answer of answers) {
    expect(errorOf(answer)).toMatchObject({ accepted: 'no' })
    expect(errorOf(answer).message).toContain(
      'Failed to send `work.asked` to `inngest`: the event key is missing. Set ',
    )
    expect(errorOf(answer).message).toContain('`INNGEST_EVENT_KEY`, or `INNGEST_DEV=1` for the dev server')
  }
  const dev = await send([envelope(1)], takeAll, { eventKey: undefined, isDev: true })
  expect(dev.answers[0]!.ok).toBe(true)
})

const certain = 'The event was not accepted; you can send it again.'
