import { expect, test } from 'vitest'

import { complete } from '../../../test/kit/complete.ts'
import { createEnvelope } from '../../../test/kit/stored-run.ts'
import { createMemoryStore } from './memory-store.ts'

test('a reference finds no job that was deleted', () => {
  const store = createMemoryStore({ count: 1, ageMs: Number.MAX_SAFE_INTEGER }, Date)
  const envelopes = [['a', 'b'], ['b'], undefined].map((references) =>
    createEnvelope({ ...(references && { references }) }),
  )
  const [first, second] = envelopes
  store.add(envelopes, 0)
  const idsOf = (reference: string) =>
    complete(store.list({ reference, limit: 10 })).jobs.map(({ envelope }) => envelope.id)
  expect([idsOf('a'), idsOf('b').toSorted()]).toEqual([[first!.id], [first!.id, second!.id].toSorted()])
  for (const { id } of envelopes) store.cancel(id, 1)
  expect([idsOf('a'), idsOf('b')]).toEqual([[], []])
})
