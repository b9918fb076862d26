import { expect, test } from 'vitest'

import { openApi } from '../../test/kit/open-api.ts'
import { openReader } from '../../test/kit/open-reader.ts'
import { idAt } from '../wire/event-id.ts'
import { readEventsOf } from './read-events-of.ts'

const startMs = Date.parse('2026-03-01T12:00:00Z')
const idOf = (number: number) => idAt({ timeMs: startMs + number, entropy: new Uint8Array(10) }, 0)

/** Reads events by their numbers from a server that has those from 1 to `count`. */
async function read(numbers: readonly number[], count: number) {
  const stored = Array.from({ length: count }, (_, index) => idOf(index + 1))
  const server = openApi(({ url }) => {
    const [, id] = /^\/v1\/events\/(\w+)$/.exec(url.pathname) ?? []
    if (id !== undefined) {
      return stored.includes(id)
        ? { body: { data: { internal_id: id, name: 'work.asked' } } }
        : { status: 404, body: { error: 'Event not found' } }
    }
    const cursor = url.searchParams.get('cursor')!
    const found = stored
      .filter((each) => each < cursor)
      .toReversed()
      .slice(0, Number(url.searchParams.get('limit')))
    return { body: { data: found.map((each) => ({ internal_id: each, name: 'work.asked' })) } }
  })
  const { reader } = openReader(server, { of: async () => [] })
  const found = await readEventsOf(numbers.map(idOf), server.api, reader)
  return { found: [...found.keys()].toSorted(), requests: server.requests.length }
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

test('events that are close to each other are read in pages', async () => {
  const wanted = range(21, 120)
  expect(await read(wanted.toReversed(), 300)).toEqual({ found: wanted.map(idOf), requests: 2 })
})

test('events that are far from each other are read one by one', async () => {
  const wanted = range(1, 8).map((number) => number * 100)
  expect(await read(wanted, 900)).toEqual({ found: wanted.map(idOf), requests: 8 })
  expect(await read([3], 900)).toEqual({ found: [idOf(3)], requests: 1 })
})

test('ids without an event, and texts that are no ids, have no entry', async () => {
  const { found, requests } = await read([...range(1, 6), 400], 6)
  expect(found).toEqual(range(1, 6).map(idOf))
  expect(requests).toBe(1)
  const server = openApi(() => ({ body: {} }))
  expect(await readEventsOf(['', 'x'], server.api, openReader(server, { of: async () => [] }).reader)).toEqual(
    new Map(),
  )
  expect(server.requests).toEqual([])
})
