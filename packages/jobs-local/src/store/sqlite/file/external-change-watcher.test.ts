import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import type { Connection } from './connection.ts'

/** The listener that the system calls after a write to the log. */
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
  // Load the module again, because it captures the timers at load time.
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
])('detects a commit that takes effect %i ms after the write to the log within %i ms', (afterMs, withinMs) => {
  system.tell()
  vi.advanceTimersByTime(afterMs)
  expect(changed).not.toHaveBeenCalled()
  version++
  vi.advanceTimersByTime(withinMs)
  expect(changed).toHaveBeenCalledOnce()
})

test('checks at once after each event, also during checks for an earlier one, and later events do not delay it', () => {
  system.tell()
  vi.advanceTimersByTime(500)
  version++
  for (let write = 0; write < 10; write++) system.tell()
  vi.advanceTimersByTime(1)
  expect(changed).toHaveBeenCalledOnce()
})

test('detects a change without an event within a second', () => {
  version++
  vi.advanceTimersByTime(999)
  expect(changed).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  expect(changed).toHaveBeenCalledOnce()
})

test('checks only once a second after a while without events', () => {
  system.tell()
  vi.advanceTimersByTime(2000)
  expect(vi.getTimerCount()).toBe(1)
})
