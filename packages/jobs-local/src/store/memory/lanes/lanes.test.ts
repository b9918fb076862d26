import { expect, test } from 'vitest'

import { createStoredRun } from '../../../../test/kit/stored-run.ts'
import type { StoredRun } from '../../../records/stored-run.ts'
import { Lanes } from './lanes.ts'

const keyed = (key: string): StoredRun => ({ ...createStoredRun('a', 'acme'), concurrencyKey: key, throttleKey: key })

test('a hundred thousand keys leave nothing behind once they have neither lanes nor future throttles', () => {
  const lanes = new Lanes(new Map())
  const definitionOf = () => lanes.definitions.get('a')!
  for (let key = 0; key < 100_000; key++) {
    const lane = lanes.laneOf(keyed(`${key}`))
    definitionOf().setLimits({ throttle: { limit: 1, periodMs: 1000 } })
    lanes.bucketOf(lane, 'storeId', key).started(key)
    lanes.remove(lane)
    lanes.dropUnused(lane.group, lane.concurrencyKey)
    expect(lanes.tenants.size).toBe(0)
  }
  // At each time, the throttles of the last thousand keys are in use.
  expect(definitionOf().buckets.size).toBeLessThanOrEqual(3000)
})
