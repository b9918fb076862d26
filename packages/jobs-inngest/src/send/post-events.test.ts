import { connectionError, inTurn } from '@cgk-platform/test-kit/replies'
import { afterEach, describe, expect, test, vi } from 'vitest'

import { type Responder, testEventKey } from '../../test/kit/fake-server.ts'
import { events, ids, post, accepted } from '../../test/kit/post.ts'

/** Returns the failure of the only event. */
async function refused(answer: Responder) {
  const { posted, requests } = await post(1, answer)
  const [one] = posted
  if (one?.ok !== false) throw new Error('It was taken.')
  const { id, isContentError, refusal } = one
  const { problem, remedy, mayHaveSucceeded } = refusal.failure
  return { id, isContentError, problem, remedy, mayHaveSucceeded, cause: refusal.cause, requests: requests.length }
}

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

describe('events', () => {
  test('are sent in one request to the URL of the event key, with the seed of their ids', async () => {
    const { posted, requests } = await post(3, inTurn(accepted(3)))
    expect(posted).toEqual(ids(3).map((id) => ({ ok: true, id })))
    expect(requests).toHaveLength(1)
    const { method, url, headers, text } = requests[0]!
    expect([method, url.href]).toEqual(['POST', `http://engine.test/e/${testEventKey}`])
    expect(headers.get('x-inngest-event-id-seed')).toBe('1743130137367,eii2YKXRVTJPuA==')
    expect(JSON.parse(text)).toEqual(events(3))
  })

  test('keep a path in the base URL, with or without a trailing slash', async () => {
    for (const baseUrl of ['http://engine.test/inngest', 'http://engine.test/inngest/']) {
      const { requests } = await post(1, inTurn(accepted(1)), { baseUrl })
      expect(requests[0]!.url.href).toBe(`http://engine.test/inngest/e/${testEventKey}`)
    }
  })

  test('time out after 15 seconds', async () => {
    const timeout = vi.spyOn(AbortSignal, 'timeout')
    await post(1, inTurn(accepted(1)))
    expect(timeout.mock.calls).toEqual([[15_000]])
  })

  test('are sent with the environment of the client', async () => {
    const { requests } = await post(1, inTurn(accepted(1)), { env: 'branch/one' })
    expect(requests[0]!.headers.get('x-inngest-env')).toBe('branch/one')
  })

  test('need no event key on a dev server', async () => {
    vi.stubEnv('INNGEST_EVENT_KEY', undefined)
    const { requests } = await post(1, inTurn(accepted(1)), { eventKey: undefined, isDev: true })
    expect(requests[0]!.url.href).toBe('http://engine.test/e/NO_EVENT_KEY_SET')
  })

  test('have the ids that the server returns, even if it ignores the seed', async () => {
    for (const more of [{ status: 200 }, {}]) {
      const { posted } = await post(2, inTurn({ body: { ids: ['one', 'other'], ...more } }))
      expect(posted).toEqual([
        { ok: true, id: 'one' },
        { ok: true, id: 'other' },
      ])
    }
  })
})

describe('a rejection', () => {
  test('accepts no event, whatever ids it contains', async () => {
    for (const status of [300, 400]) {
      const { posted } = await post(2, inTurn({ status, body: { ids: ['one', 'other'] } }))
      expect(posted).toMatchObject([{ ok: false }, { ok: false }])
      expect(posted[0]).toHaveProperty('refusal.message', `the server responded with ${status}`)
    }
  })

  test('is a content error if Inngest itself reports it', async () => {
    const body = { error: 'no good' }
    for (const [reply, isContentError] of [
      [{ status: 400, body }, true],
      [{ status: 413, body }, true],
      [{ status: 413, body: '<html>' }, true],
      [{ status: 400, body: '<html>' }, false],
      [{ status: 400, body: { error: {} } }, false],
      [{ status: 401, body }, false],
      [{ status: 404, body }, false],
      [{ status: 500, body }, false],
    ] as const) {
      expect(await refused(inTurn(reply))).toMatchObject({ isContentError })
    }
    expect(await refused(inTurn(connectionError('ECONNREFUSED')))).toMatchObject({ isContentError: false })
  })

  test("has the server's message and a remedy", async () => {
    const problemAndRemedy = async (status: number) => {
      const { problem, remedy } = await refused(inTurn({ status, body: { error: 'no good' } }))
      return [problem, remedy]
    }
    const key = 'Check the event key (`eventKey` or `INNGEST_EVENT_KEY`).'
    expect(await problemAndRemedy(400)).toEqual(['the server responded with 400 (no good)', undefined])
    expect(await problemAndRemedy(401)).toEqual(['the server responded with 401 (no good)', key])
    expect(await problemAndRemedy(403)).toEqual(['the server responded with 403 (no good)', key])
    expect(await problemAndRemedy(413)).toEqual([
      'the server responded with 413 (no good)',
      "The payload exceeds your plan's limit.",
    ])
  })

  test('of one event accepts those before it', async () => {
    const { posted, requests } = await post(
      3,
      inTurn({ status: 400, body: { ids: ids(1), status: 400, error: 'event name is empty' } }),
    )
    const [id, ...others] = ids(3)
    const refusal = {
      failure: { mayHaveSucceeded: false, problem: 'the server responded with 400 (event name is empty)' },
    }
    expect(posted).toMatchObject([
      { ok: true, id },
      ...others.map((other) => ({ ok: false, id: other, isContentError: true, refusal })),
    ])
    expect(requests).toHaveLength(1)
  })
})

describe('an unavailable server', () => {
  test('is requested again with the same events and ids, with increasing delays', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
    const replies = [{ status: 503 }, connectionError('ECONNRESET'), { status: 429 }, { status: 408 }, accepted(2)]
    const { posted, requests, delays } = await post(2, inTurn(...replies))
    expect(posted).toEqual(ids(2).map((id) => ({ ok: true, id })))
    expect(delays).toEqual([150, 300, 100, 600])
    expect(requests).toHaveLength(5)
    expect(new Set(requests.map(({ text }) => text)).size).toBe(1)
    expect(new Set(requests.map(({ headers }) => headers.get('x-inngest-event-id-seed'))).size).toBe(1)
  })
})

const maybe = { ok: false, refusal: { failure: { mayHaveSucceeded: true } } }

describe('an unreadable response', () => {
  test.each<[string, unknown]>([
    ['is not JSON', '<html>'],
    ['has no ids', { status: 200 }],
    ['has no list of ids', { ids: ids(1)[0], status: 200 }],
    ['has invalid ids', { ids: ['', 7], status: 200 }],
    ['contains an error', { ids: ['one', 'other'], status: 200, error: 'no good' }],
    ['contains another status', { ids: ['one', 'other'], status: 400 }],
  ])('leaves it open whether events were accepted, because it %s', async (_, body) => {
    const { posted, requests } = await post(2, inTurn({ body }))
    expect(posted).toMatchObject([maybe, maybe])
    expect(posted[0]).toHaveProperty('refusal.message', expect.stringMatching(/^the response cannot be read/))
    expect(requests).toHaveLength(1)
  })

  test('accepts the events whose ids it contains', async () => {
    const { posted } = await post(3, inTurn({ body: { ids: ids(2), status: 200 } }))
    expect(posted).toMatchObject([{ ok: true }, { ok: true }, maybe])
  })
})

test('no problem contains the event key', async () => {
  for (const reply of [{ status: 401 }, { status: 400 }, { status: 500 }, connectionError('ECONNRESET')]) {
    const { problem, cause } = await refused(inTurn(reply))
    expect(`${problem} ${String(cause)}`).not.toContain(testEventKey)
  }
})
