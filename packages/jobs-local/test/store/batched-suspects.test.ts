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
