import { createDeferred } from '@cgk-platform/test-kit/deferred'
import { describe, expect, test } from 'vitest'

import { createStoredRun } from '../../test/kit/stored-run.ts'
import type { StoredRun } from '../records/stored-run.ts'
import { createVirtualClock } from '../testing/virtual-clock.ts'
import { LeftoverHandlers } from './leftover-handlers.ts'

function setUp() {
  const clock = createVirtualClock(0)
  const left: StoredRun[] = []
  const staying = new LeftoverHandlers(clock, (run) => left.push(run))
  return { clock, left, staying, run: createStoredRun('work', 'acme') }
}
const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('a leftover handler', () => {
  test.each(['resolve', 'reject'] as const)('releases its slot once, when its promise %ss', async (end) => {
    const { clock, left, staying, run } = setUp()
    const handler = createDeferred()
    staying.add(run, handler.promise)
    await turn()
    expect([staying.size, left]).toEqual([1, []])
    handler[end](undefined as never)
    await turn()
    expect([staying.size, left]).toEqual([0, [run]])
    expect(clock.nextTimerAt()).toBeUndefined()
  })

  test('holds its slot for at most 30 seconds', async () => {
    const { clock, left, staying, run } = setUp()
    const handler = createDeferred()
    staying.add(run, handler.promise)
    clock.step(29_999)
    expect([staying.size, left]).toEqual([1, []])
    clock.step(30_000)
    expect([staying.size, left]).toEqual([0, [run]])
    handler.resolve()
    await turn()
    expect(left).toEqual([run])
  })
})
