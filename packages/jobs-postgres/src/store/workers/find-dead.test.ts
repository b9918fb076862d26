import { expect, test } from 'vitest'
import { identifyProcess } from '@cgk-platform/jobs-local/engine'

import { findDead } from './find-dead.ts'

const process = JSON.stringify({ scope: 'elsewhere', pid: 1 })
const worker = (id: number, heartbeatAt: number, of = process) => ({
  id,
  process: of,
  heartbeat_at: heartbeatAt,
  lease_ms: 1000,
})

test('a worker is dead once its lease has expired', () => {
  expect(findDead([worker(1, 0)], { now: 1000, steadySince: 0 })).toEqual([])
  expect(findDead([worker(1, 0)], { now: 1001, steadySince: 0 })).toMatchObject([[{ id: 1 }]])
})

test('one that was late itself gives the others time', () => {
  expect(findDead([worker(1, 0)], { now: 90_000, steadySince: 89_500 })).toEqual([])
  expect(findDead([worker(1, 0)], { now: 90_001, steadySince: 89_500 })).toMatchObject([[{ id: 1 }]])
})

test('the workers of a process die together, unless one of them has outlived the lease of another', () => {
  const judgement = { now: 3000, steadySince: 0 }
  expect(findDead([worker(1, 1500), worker(2, 2100)], judgement)).toEqual([])
  expect(findDead([worker(1, 1500), worker(2, 1900)], judgement)).toMatchObject([[{ id: 1 }, { id: 2 }]])
  expect(findDead([worker(1, 1000), worker(2, 2100)], judgement)).toMatchObject([[{ id: 1 }]])
})

test('a process of this machine that has ended is dead at once', () => {
  const ended = JSON.stringify({ ...(JSON.parse(identifyProcess()) as object), began: 'earlier' })
  expect(findDead([worker(1, 1000, ended)], { now: 1000, steadySince: 1000 })).toMatchObject([[{ id: 1 }]])
  expect(findDead([worker(1, 1000, identifyProcess())], { now: 1000, steadySince: 1000 })).toEqual([])
})
