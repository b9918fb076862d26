import { inTurn } from '@cgk-platform/test-kit/replies'
import { Middleware } from 'inngest'
import { describe, expect, test } from 'vitest'

import { idsIn } from '../../test/kit/fake-server.ts'
import { events, ids, post, accepted } from '../../test/kit/post.ts'
import { openApi } from '../../test/kit/open-api.ts'
import { createPostEvents } from './post-events.ts'

describe('events', () => {
  test("are changed by the client's own middleware", async () => {
    class Encrypting extends Middleware.BaseMiddleware {
      readonly id = 'test:encrypting'
      override transformSendEvent({ events: given, fn }: Middleware.TransformSendEventArgs) {
        return { events: given.map((one) => ({ ...one, data: { ...one.data, number: 'secret' } })), fn }
      }
    }
    class Passing extends Middleware.BaseMiddleware {
      readonly id = 'test:passing'
    }
    const { posted, requests } = await post(2, inTurn(accepted(2)), { middleware: [Encrypting, Passing] })
    expect(JSON.parse(requests[0]!.text)).toEqual(
      events(2).map(({ name, data }) => ({ name, data: { ...data, number: 'secret' } })),
    )
    expect(posted.every(({ ok }) => ok)).toBe(true)
  })

  test('are sent again unchanged, because the middleware has already changed them', async () => {
    class Encrypting extends Middleware.BaseMiddleware {
      readonly id = 'test:encrypting'
      override transformSendEvent(): never {
        throw new Error('encrypted twice')
      }
    }
    const [id] = ids(1) as [string]
    const { connection, clock, requests } = openApi(() => accepted(1), { middleware: [Encrypting] })
    const stored = { internal_id: id, name: 'work.asked', data: { tenantId: 'acme', number: 'secret' }, ts: 1000 }
    const more = { id, received_at: '2026-03-01T12:00:00Z', user: { name: 'one' }, v: '2' }
    expect(await createPostEvents(connection, clock).again({ ...stored, ...more })).toEqual({ ok: true, id })
    const { name, data, ts } = stored
    expect(JSON.parse(requests[0]!.text)).toEqual([{ name, data, ts, user: more.user, v: '2' }])
    expect(idsIn(requests[0]!)).toEqual([id])
  })

  test('are not sent if the middleware throws', async () => {
    const cause = new Error('no key to encrypt with')
    class Failing extends Middleware.BaseMiddleware {
      readonly id = 'test:failing'
      override transformSendEvent(): never {
        throw cause
      }
    }
    const { posted, requests } = await post(2, inTurn(accepted(2)), { middleware: [Failing] })
    expect(requests).toHaveLength(0)
    const problem = "the Inngest client's middleware failed: no key to encrypt with"
    const refusal = { failure: { mayHaveSucceeded: false, problem }, cause }
    expect(posted).toMatchObject(ids(2).map((id) => ({ ok: false, id, isContentError: true, refusal })))
  })
})

describe('the members that identify a job', () => {
  type Change = (events: Middleware.TransformSendEventArgs['events']) => unknown

  async function sentThrough(change: Change) {
    class Changing extends Middleware.BaseMiddleware {
      readonly id = 'test:changing'
      override transformSendEvent({ events: given, fn }: Middleware.TransformSendEventArgs) {
        return { events: change(given) as typeof given, fn }
      }
    }
    return post(2, inTurn(accepted(2)), { middleware: [Changing] })
  }

  test.each<[string, Change]>([
    ['removes an event', (given) => given.slice(1)],
    ['adds one', (given) => [...given, ...given]],
    ['hides all data', (given) => given.map((one) => ({ ...one, data: 'encrypted' }))],
    ['removes all data', (given) => given.map((one) => ({ ...one, data: null }))],
    ['replaces an event with undefined', (given) => [given[0], undefined]],
    ['changes the tenant', (given) => given.map((one) => ({ ...one, data: { ...one.data, tenantId: 'x' } }))],
    ['changes the record', (given) => given.map((one) => ({ ...one, data: { ...one.data, _job: 'x' } }))],
    ['removes the record', (given) => given.map((one) => ({ ...one, data: { ...one.data, _job: null } }))],
    ['removes the record of one event', (given) => [given[0], { ...given[1], data: { tenantId: 'acme' } }]],
  ])('must stay unchanged, so nothing is sent if the middleware %s', async (_, change) => {
    const { posted, requests } = await sentThrough(change)
    expect(requests).toHaveLength(0)
    const problem = expect.stringContaining('changes `data.tenantId` or `data._job`')
    const refusal = { failure: { mayHaveSucceeded: false, problem } }
    expect(posted).toMatchObject(ids(2).map((id) => ({ ok: false, id, isContentError: true, refusal })))
  })

  test('can be in copied events', async () => {
    expect((await sentThrough((given) => structuredClone(given))).posted).toMatchObject([{ ok: true }, { ok: true }])
  })
})
