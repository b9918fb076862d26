import { expect, test } from 'vitest'

import { findDead, type Judgement, type WorkerRow } from './find-dead.ts'

const worker = (id: number, heartbeatAt: number, process = 'elsewhere'): WorkerRow => ({
  id,
  process,
  heartbeat_at: heartbeatAt,
  lease_ms: 1000,
})
const judge = (now: number, steadySince: number): Judgement => ({
  now,
  steadySince,
  lateAfterMs: (leaseMs) => leaseMs / 2,
  hasEnded: ({ process }) => process === 'ended',
})

test('a worker is dead once its lease has expired', () => {
  expect(findDead([worker(1, 0)], judge(1000, 0))).toEqual([])
  expect(findDead([worker(1, 0)], judge(1001, 0))).toMatchObject([[{ id: 1 }]])
})

test('one that was late itself gives the others time', () => {
  expect(findDead([worker(1, 0)], judge(90_000, 89_500))).toEqual([])
  expect(findDead([worker(1, 0)], judge(90_001, 89_500))).toMatchObject([[{ id: 1 }]])
})

test('the workers of a process die together, unless one of them has outlived the lease of another', () => {
  const judgement = judge(3000, 0)
  expect(findDead([worker(1, 1500), worker(2, 2100)], judgement)).toEqual([])
  expect(findDead([worker(1, 1500), worker(2, 1900)], judgement)).toMatchObject([[{ id: 1 }, { id: 2 }]])
  expect(findDead([worker(1, 1000), worker(2, 2100)], judgement)).toMatchObject([[{ id: 1 }]])
})

test('a worker whose process has ended is dead at once', () => {
  expect(findDead([worker(1, 1000, 'ended')], judge(1000, 1000))).toMatchObject([[{ id: 1 }]])
  expect(findDead([worker(1, 1000)], judge(1000, 1000))).toEqual([])
})
