import { createHash } from 'node:crypto'

import { RequestFailedError } from '@cgk-platform/jobs-core/errors'
import type { EnvelopeResult, Envelope } from '@cgk-platform/jobs-core/provider'
import type { Reply } from '@cgk-platform/test-kit/replies'
import { beforeEach, describe, expect, test, vi } from 'vitest'

import { createFakeServer, idsIn } from '../../test/kit/fake-server.ts'
import { createVirtualClock } from '../../test/kit/virtual-clock.ts'
import type { EngineEvent } from '../api/engine-shapes.ts'
import { timeOfId } from '../wire/event-id.ts'
import { createPostEvents } from './post-events.ts'
import { createKeyedSender, type KeyedSenderDependencies } from './send-keyed.ts'

const dayMs = 86_400_000
/** A start of every TTL bucket in these tests. */
const turn = Math.ceil(Date.parse('2026-03-01T12:00:00Z') / dayMs) * dayMs

interface Setting {
  /** Returns the event of an id, if the engine shows it. */
  readonly find?: KeyedSenderDependencies['find']
  readonly answer?: (index: number) => Reply | undefined | Promise<Reply | undefined>
}

/** Opens a process that sends with keys, at the start of all TTL buckets. */
function open({ find, answer }: Setting = {}) {
  const clock = createVirtualClock(turn)
  const posted: string[] = []
  const looked: string[] = []
  const bodies: unknown[] = []
  const { client } = createFakeServer(async (request, index) => {
    const [id = ''] = idsIn(request)
    posted.push(id)
    bodies.push(JSON.parse(request.text))
    return (await answer?.(index)) ?? { body: { ids: [id], status: 200 } }
  })
  const sender = createKeyedSender({
    postEvents: createPostEvents({ client }, clock),
    clock,
    offsetMs: () => -500,
    async find(id) {
      looked.push(id)
      return find?.(id)
    },
  })
  const send = (more: { [Key in keyof Envelope]?: Envelope[Key] | undefined } = {}): Promise<EnvelopeResult> =>
    sender.send({
      v: 1,
      id: '01JQDAE4RQF8MBCR55T5AK4KXS',
      event: 'work.asked',
      tenantId: 'acme',
      payload: { tenantId: 'acme' },
      sentAt: clock.now(),
      idempotencyKey: 'key',
      idempotencyTtlMs: 1000,
      ...more,
    } as Envelope)
  return { clock, posted, bodies, looked, send }
}

function idOf(answer: EnvelopeResult): string {
  if (!answer.ok) throw answer.error
  return answer.id
}

/** Returns an event as the engine returns it, sent by this library. */
function eventSentAt(id: string, sentAt: number): EngineEvent {
  const data = { tenantId: 'acme', _job: { v: 1, tenantId: 'acme', sentAt } }
  return { internal_id: id, name: 'work.asked', data, ts: 1 }
}

describe('the id of a job with a key', () => {
  test('is the same for the same key, with the start of its TTL bucket as its time', async () => {
    const [one, other] = [open(), open()]
    await other.clock.advance(999)
    const id = idOf(await one.send())
    expect(timeOfId(id)).toBe(turn)
    expect(idOf(await other.send())).toBe(id)
  })

  test('is valid for a day without a TTL', async () => {
    const { send, clock } = open()
    const id = idOf(await send({ idempotencyTtlMs: undefined }))
    expect(idOf(await send({ idempotencyTtlMs: dayMs }))).toBe(id)
    await clock.advance(dayMs - 1)
    expect(idOf(await send({ idempotencyTtlMs: dayMs }))).toBe(id)
  })

  test('is accepted by the engine even if the bucket starts in 1970', async () => {
    const { send, posted, looked } = open()
    const id = idOf(await send({ idempotencyTtlMs: turn * 2 }))
    expect(new Set(looked)).toEqual(new Set([id]))
    expect(timeOfId(id)).toBe(1)
    expect(await send({ idempotencyTtlMs: turn * 2 })).toMatchObject({ id, deduplicated: true })
    expect(posted).toHaveLength(1)
  })
})

describe('a key sent by this process', () => {
  test('means the same job until its TTL ends, also in the next bucket, and another job after it', async () => {
    const { send, clock, posted } = open()
    await clock.advance(900)
    const id = idOf(await send())
    await clock.advance(99)
    expect(await send()).toEqual({ ok: true, id, deduplicated: true })
    await clock.advance(900) // one millisecond before its end
    expect(await send()).toEqual({ ok: true, id, deduplicated: true })
    await clock.advance(1)
    const next = await send()
    expect(next).toMatchObject({ ok: true, deduplicated: false })
    expect(timeOfId(idOf(next))).toBe(turn + 1000)
    expect(posted).toEqual([id, idOf(next)])
  })

  test('needs no request for 30 seconds', async () => {
    const { send, clock, looked, posted } = open()
    const id = idOf(await send({ idempotencyTtlMs: dayMs }))
    const before = looked.length
    await clock.advance(29_999)
    await send({ idempotencyKey: 'another', idempotencyTtlMs: dayMs })
    expect(await send({ idempotencyTtlMs: dayMs })).toEqual({ ok: true, id, deduplicated: true })
    expect(looked.slice(before)).not.toContain(id)
    await clock.advance(1)
    await send({ idempotencyKey: 'a third', idempotencyTtlMs: dayMs })
    await send({ idempotencyTtlMs: dayMs })
    expect(looked).toContain(id)
    expect(posted.filter((one) => one === id)).toHaveLength(2) // which the engine deduplicates
  })

  test('is sent again, as the same job, if it was not accepted', async () => {
    const { send, posted } = open({ answer: (index) => (index === 0 ? { status: 400 } : undefined) })
    expect(await send()).toMatchObject({ ok: false, error: { accepted: 'no' } })
    const again = await send()
    expect(again).toMatchObject({ ok: true, deduplicated: false })
    expect(posted).toEqual([idOf(again), idOf(again)])
  })
})

describe('a key sent by another process', () => {
  test('means its job until its TTL ends, also in the next bucket', async () => {
    const other = open()
    await other.clock.advance(400)
    const id = idOf(await other.send())
    const { send, clock, posted } = open({
      find: async (one) => (one === id ? eventSentAt(id, turn + 400) : undefined),
    })
    await clock.advance(1399)
    expect(await send()).toEqual({ ok: true, id, deduplicated: true })
    await clock.advance(1)
    expect(await send()).toMatchObject({ ok: true, deduplicated: false })
    expect(posted).toHaveLength(1)
  })
})

describe('simultaneous sends of one key', () => {
  beforeEach(() => {
    // Synchronous instead of in a thread pool, so that the second send starts while the first is pending.
    vi.spyOn(crypto.subtle, 'digest').mockImplementation(async (_, data) => {
      const digest = createHash('sha256')
        .update(new Uint8Array(data as ArrayBuffer))
        .digest()
      return new Uint8Array(digest).buffer
    })
    return () => vi.restoreAllMocks()
  })

  /** Sends simultaneously, while the server delays its response to the first. */
  async function sendTwice(reply: Reply | undefined, more: Partial<Envelope> = {}) {
    let letGo: (reply: Reply | undefined) => void = () => undefined
    const held = new Promise<Reply | undefined>((resolve) => {
      letGo = resolve
    })
    const setting = open({ answer: async (index) => (index === 0 ? await held : undefined) })
    const sends = [setting.send(), setting.send(more)]
    await setting.clock.advance(0)
    const postedAtOnce = setting.posted.length
    letGo(reply)
    return { ...setting, answers: await Promise.all(sends), postedAtOnce }
  }

  test('fail together and allow the next send', async () => {
    const { answers, send, posted } = await sendTwice({ status: 401 })
    expect(answers[0]!.ok).toBe(false)
    expect(answers[1]).toBe(answers[0])
    expect(await send()).toMatchObject({ ok: true, deduplicated: false })
    expect(posted).toHaveLength(2)
  })
})

describe('if a key cannot be checked', () => {
  test('sends nothing and reports why', async () => {
    const remedy = 'Try again.'
    const failure = { provider: 'inngest', operation: 'read the job', problem: 'it is away', remedy }
    const cause = new RequestFailedError(failure)
    const { send, posted } = open({ find: () => Promise.reject(cause) })
    const message =
      'Failed to send `work.asked` to `inngest`: could not check whether the idempotency key is in use: ' +
      'Failed to read the job on `inngest`: it is away. Try again. The event was not accepted; you can send it again.'
    expect(await send()).toMatchObject({ ok: false, error: { code: 'send_failed', accepted: 'no', cause, message } })
    expect(posted).toEqual([])
  })
  test('passes on a bug of this library', async () => {
    const fault = new TypeError('x is not a function')
    const { send } = open({ find: () => Promise.reject(fault) })
    await expect(send()).rejects.toBe(fault)
  })
})
