import { expect, test } from 'vitest'

import { createSimulatedWorkers } from '../kit/simulated-workers.ts'

test('a suspect of a batch job begins alone, also if other runs wait', async () => {
  const { add, start } = createSimulatedWorkers()
  await add(['acme'], 3, ['import'], { maxSize: 1, maxWaitMs: 1000 })
  const first = start()
  expect(first.claim(1000)).toHaveLength(1)
  first.crash(1010)
  await add(Array.from({ length: 5 }, () => 'acme'))
  const second = start()
  const [alone, ...beside] = second.claim(1020)
  expect([alone!.definitionId, beside]).toEqual(['import', []])
  second.end(alone!, 'completed', 1030)
  expect(second.claim(1030)).toHaveLength(5)
})

test('no second group of suspects begins beside the first, also if batches begin beside them', async () => {
  const { add, start } = createSimulatedWorkers()
  await add(Array.from({ length: 20 }, () => 'acme'))
  const first = start()
  first.claim(0)
  first.crash(10)
  const second = start()
  expect(second.claim(20)).toHaveLength(8)
  await add(['acme', 'acme'], 3, ['import', 'import'], { maxSize: 1, maxWaitMs: 1000 })
  expect(second.claim(5020)).toEqual([])
  // From now on, others begin beside suspects.
  const definitionIds = second.claim(15_020).map(({ definitionId }) => definitionId)
  expect(definitionIds.filter((id) => id === 'work')).toHaveLength(8)
  expect(definitionIds.filter((id) => id === 'import')).toHaveLength(2)
})

test('a group of suspects is not larger because a batch has many events', async () => {
  const { add, start } = createSimulatedWorkers()
  let nowMs = 1000
  const busy = start(64, { now: () => nowMs })
  const tenantIds = Array.from({ length: 40 }, () => 'acme')
  await add(
    tenantIds,
    3,
    Array.from(tenantIds, () => 'import'),
    { maxSize: 40, maxWaitMs: 1000 },
  )
  const [leader] = busy.store.claim(64, () => ({ maxSize: 40 }), nowMs)
  expect(leader!.gather?.role).toEqual({ leads: expect.objectContaining({ length: 39 }) })
  const other = start()
  await add(tenantIds)
  expect(other.claim(1000)).toHaveLength(40)
  other.crash(1010)
  nowMs = 11_010 // The suspects no longer wait for a worker that runs nothing.
  const begun = busy.store.claim(63, () => undefined, nowMs)
  expect(begun).toHaveLength(8)
})
