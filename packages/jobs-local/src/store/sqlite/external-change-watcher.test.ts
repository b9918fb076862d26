import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import type { Connection } from './connection.ts'

/** What the system calls when the log was written. */
const system = vi.hoisted(() => ({ tell: (): void => undefined }))

vi.mock('node:fs', () => ({
  watch(_path: string, _options: unknown, listener: () => void) {
    system.tell = listener
    return { on: () => undefined, close: () => undefined }
  },
}))

let version: number
let stop: () => void
const changed = vi.fn<() => void>()

beforeEach(async () => {
  vi.useFakeTimers()
  // Loaded anew, since the module keeps the timers that it finds.
  vi.resetModules()
  const { ExternalChangeWatcher } = await import('./external-change-watcher.ts')
  version = 1
  changed.mockClear()
  const connection = { path: 'jobs.db', get: () => ({ data_version: version }) } as Partial<Connection> as Connection
  const changes = new ExternalChangeWatcher(connection, changed)
  stop = () => changes.stop()
})

afterEach(() => {
  stop()
  vi.useRealTimers()
})

test.each([
  [0, 1],
  [3, 2],
  [30, 10],
  [300, 100],
])('a commit that counts %i ms after the log was written is noticed %i ms later', (afterMs, withinMs) => {
  system.tell()
  vi.advanceTimersByTime(afterMs)
  expect(changed).not.toHaveBeenCalled()
  version++
  vi.advanceTimersByTime(withinMs)
  expect(changed).toHaveBeenCalledOnce()
})

test('each write that is told is looked for at once, also while an earlier one is, and is not put off by those that follow', () => {
  system.tell()
  vi.advanceTimersByTime(500)
  version++
  for (let write = 0; write < 10; write++) system.tell()
  vi.advanceTimersByTime(1)
  expect(changed).toHaveBeenCalledOnce()
})

test('what the system does not tell is noticed within a second', () => {
  version++
  vi.advanceTimersByTime(999)
  expect(changed).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  expect(changed).toHaveBeenCalledOnce()
})

test('nothing is looked for any more once nothing was told for a while, but once a second', () => {
  system.tell()
  vi.advanceTimersByTime(2000)
  expect(vi.getTimerCount()).toBe(1)
})
