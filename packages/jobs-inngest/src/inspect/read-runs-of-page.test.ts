import { describe, expect, test } from 'vitest'

import { openApi } from '../../test/kit/open-api.ts'
import type { EngineEvent, EngineRun, EngineRunStatus } from '../api/engine-shapes.ts'
import { idAt } from '../wire/event-id.ts'
import type { RunsMode } from './list-cursor.ts'
import { readRunsOfPage } from './read-runs-of-page.ts'

const startMs = Date.parse('2026-03-01T12:00:00Z')
const idOf = (ms: number, index = 0) => idAt({ timeMs: startMs + ms, entropy: new Uint8Array(10) }, index)
const eventAt = (ms: number, id = idOf(ms)): EngineEvent => ({
  internal_id: id,
  name: 'work.asked',
  received_at: new Date(startMs + ms).toISOString(),
})
const runAt = (ms: number, eventId: string, status: EngineRunStatus = 'COMPLETED', functionId = 'work'): EngineRun => ({
  id: idOf(ms, 7),
  function: { id: functionId },
  app: { id: 'shop' },
  status,
  queuedAt: new Date(startMs + ms).toISOString(),
  trigger: { eventIds: [eventId] },
})
/** Reads the runs of events, newest first, from a server that returns these runs. */
async function read(mode: RunsMode, events: readonly EngineEvent[], runs: readonly EngineRun[], hasMore = false) {
  const { api, requests } = openApi(() => ({
    body: { data: runs.toReversed(), page: hasMore ? { hasMore, cursor: 'next' } : {} },
  }))
  const runsOf = await readRunsOfPage(events, mode, api)
  const known = events.map((event) => {
    const found = runsOf(event)
    return typeof found === 'string' ? found : found.map(({ id }) => id)
  })
  expect(requests).toHaveLength(1)
  return { known, url: requests[0]!.url }
}

describe('the runs of the newest jobs', () => {
  const [old, young] = [eventAt(0), eventAt(60_000)]

  test('are all runs since the oldest of them, so retries are among them', async () => {
    const runs = [
      runAt(100, old.internal_id, 'FAILED'),
      runAt(60_100, young.internal_id),
      runAt(90_000, old.internal_id),
    ]
    const { known, url } = await read('newest', [young, old], runs)
    expect(known).toEqual([[runs[1]!.id], [runs[0]!.id, runs[2]!.id]])
    expect(url.searchParams.get('from')).toBe(new Date(startMs - 250).toISOString())
    expect(url.searchParams.get('until')).toBeNull()
  })

  test('are unknown for a job that is older than the oldest run of a full response', async () => {
    const { known } = await read(
      'newest',
      [young, old],
      [runAt(30_000, 'other'), runAt(60_100, young.internal_id)],
      true,
    )
    expect(known).toEqual([[idOf(60_100, 7)], 'not covered'])
    const close = await read('newest', [young], [runAt(59_900, 'other')], true)
    expect(close.known).toEqual(['not covered'])
  })

  test('can be none', async () => {
    expect((await read('newest', [young], [])).known).toEqual([[]])
  })
})

describe('the runs of past jobs', () => {
  const first = eventAt(60_000)

  test('are those that were queued soon after them', async () => {
    const { known, url } = await read('past', [first], [runAt(60_100, first.internal_id)])
    expect(known).toEqual([[idOf(60_100, 7)]])
    expect(url.searchParams.get('until')).toBe(new Date(startMs + 66_000).toISOString())
  })

  test('are unknown for a failed job, which may have been retried since', async () => {
    const failed = runAt(60_100, first.internal_id, 'FAILED')
    expect((await read('past', [first], [failed])).known).toEqual(['possibly retried'])
    const retried = [failed, runAt(61_000, first.internal_id)]
    expect((await read('past', [first], retried)).known).toEqual([retried.map(({ id }) => id)])
    const other = [failed, runAt(61_000, first.internal_id, 'COMPLETED', 'other')]
    expect((await read('past', [first], other)).known).toEqual(['possibly retried'])
  })

  test('are unknown for a job whose runs may come after the time that was read', async () => {
    expect((await read('past', [first], [])).known).toEqual(['not covered'])
    expect((await read('past', [first], [runAt(62_500, first.internal_id)])).known).toEqual(['not covered'])
    // A job with an idempotency key has the id of an earlier time.
    const keyed = eventAt(3_600_000, idOf(0))
    expect((await read('past', [first, keyed], [runAt(60_100, first.internal_id)])).known[1]).toBe('not covered')
  })
})

test('all runs of a single job are known, and no runs of others', async () => {
  const [first, second] = [eventAt(60_000), eventAt(0)]
  const failed = runAt(60_100, first.internal_id, 'FAILED')
  const { known, url } = await read('single', [first, second], [failed])
  expect(known).toEqual([[failed.id], 'not covered'])
  expect(url.pathname).toBe(`/v2/events/${first.internal_id}/runs`)
})
