import { expect, onTestFinished, test, vi } from 'vitest'

import { createTestFile } from '../../../../test/kit/test-file.ts'
import { openFile } from '../file/open-file.ts'
import { Workers } from './workers.ts'

const leaseMs = 60_000

/** Creates a worker that looks at workers of another container, whose last heartbeats are so old. */
function lookAt(silentMs: Readonly<Record<number, number>>): Workers {
  const connection = openFile(createTestFile().path)
  const clock = vi.spyOn(process.hrtime, 'bigint')
  onTestFinished(() => {
    clock.mockRestore()
    connection.close()
  })
  const nowMs = 10_000_000
  const setClock = (ms: number): unknown => clock.mockReturnValue(BigInt(ms) * 1_000_000n)
  setClock(nowMs - leaseMs)
  const workers = new Workers(connection, leaseMs)
  workers.join()
  setClock(nowMs)
  for (const [id, ms] of Object.entries(silentMs)) {
    const process = JSON.stringify({ scope: 'another container', pid: 1 })
    const sql = 'INSERT INTO cgk_workers (id, process, heartbeat_ms, lease_ms, since_ms) VALUES (?, ?, ?, ?, 0)'
    connection.run(sql, Number(id), process, nowMs - ms, leaseMs)
  }
  return workers
}

test('workers of one process are dead together, when the last lease has expired', () => {
  expect(lookAt({ 1: 61_000, 2: 59_000 }).removeDead()).toEqual([])
  expect(lookAt({ 1: 63_000, 2: 61_000 }).removeDead()).toEqual([[1, 2]])
})

test('a worker whose lease expired is dead alone if another one of its process still sends heartbeats', () => {
  expect(lookAt({ 1: 61_000, 2: 500 }).removeDead()).toEqual([[1]])
})
