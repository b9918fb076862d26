import { encodeEnvelope } from '@cgk-platform/jobs-core/provider'
import { expect, test } from 'vitest'

import type { EngineApi } from '../../api/engine-api.ts'
import type { EngineEvent } from '../../api/engine-shapes.ts'
import { createVirtualClock } from '../../../test/kit/virtual-clock.ts'
import { findPastEvent, maxPastEvents, type PastEventQuery } from './find-past-event.ts'

const clock = createVirtualClock()
const now = clock.now()
const pageSize = 50

/** An event that was sent `at` milliseconds from now. */
function sent(number: number, at: number, { tenantId = 'acme', runAt }: { tenantId?: string; runAt?: number } = {}) {
  const id = `01JQDAE4RQF8MBCR55T5AK${String(number).padStart(4, '0')}`
  const sentAt = now + at
  const envelope = {
    v: 1,
    id,
    event: 'work.counted',
    tenantId,
    payload: null,
    sentAt,
    ...(runAt && { runAt: now + runAt }),
  }
  const { id: _, event: __, payload: ___, ...record } = JSON.parse(encodeEnvelope(envelope)) as Record<string, unknown>
  return {
    internal_id: id,
    id,
    name: 'work.counted',
    data: { tenantId, number, _job: record },
    ts: sentAt,
  } as EngineEvent
}

/** Finds an event in a history, newest first. Returns its number, or what else is found, and the number of pages read. */
async function find(
  events: readonly EngineEvent[],
  more: Partial<PastEventQuery> = {},
  cancelled: readonly number[] = [],
) {
  let pages = 0
  const api = {
    offsetMs: () => 0,
    async get(_: string, _path: string, { cursor }: { cursor?: string }) {
      pages++
      const left = events.filter(({ internal_id: id }) => cursor === undefined || id < cursor)
      return { data: left.toSorted((a, b) => (a.internal_id < b.internal_id ? 1 : -1)).slice(0, pageSize) }
    },
    async list(_: string, path: string) {
      return cancelled.some((number) => path.includes(`K${String(number).padStart(4, '0')}/`))
        ? [{ status: 'CANCELLED' }]
        : []
    },
  } as unknown as EngineApi
  const query = {
    event: 'work.counted',
    tenantId: 'acme',
    match: undefined,
    since: now - 1000,
    until: now,
    receivedSince: now,
  }
  const found = await findPastEvent({ ...query, isTaken: () => false, ...more }, api, clock)
  if (found === 'too many') return [found, pages]
  const { number } = (found.event?.payload ?? {}) as { number?: number }
  return [number, found.dueAt === undefined ? undefined : found.dueAt - now, pages]
}

test('finds the earliest send, whatever the order of the ids', async () => {
  expect(await find([sent(1, -10), sent(2, -900), sent(3, -20)])).toEqual([2, undefined, 1])
})

test.each<[words: string, event: EngineEvent, more: Partial<PastEventQuery>]>([
  ['sent before', sent(1, -1001), {}],
  ['sent after the timeout', sent(1, 1), {}],
  ['of another tenant', sent(1, -10, { tenantId: 'globex' }), {}],
  ['with another value', sent(1, -10), { match: { number: 2 } }],
  ['that an earlier wait got', sent(1, -10), { isTaken: () => true }],
])('finds no event %s', async (_words, event, more) => {
  expect(await find([event], more)).toEqual([undefined, undefined, 1])
})

test('finds no event whose runs were cancelled, and tells when the next delayed one is due', async () => {
  const later = [sent(3, -20, { runAt: 7000 }), sent(4, -20, { runAt: 9000 })]
  expect(await find([sent(1, -900), ...later], {}, [1])).toEqual([undefined, 7000, 1])
  expect(await find([sent(1, -900), sent(2, -10), ...later], {}, [1])).toEqual([2, 7000, 1])
})

test('reads all pages, and stops at too many events', async () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => sent(index, -10))
  expect(await find([...many(120), sent(500, -900)])).toEqual([500, undefined, 3])
  expect(await find(many(maxPastEvents + 300))).toEqual(['too many', maxPastEvents / pageSize + 1])
})
