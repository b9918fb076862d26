import { runInNewContext } from 'node:vm'

import { describe, expect, test, vi } from 'vitest'

import { callSafely } from './call-safely.ts'

const error = new Error('mine')

describe('code of an app', () => {
  test.each<[how: string, call: () => unknown]>([
    [
      'throws',
      () => {
        throw error
      },
    ],
    ['rejects', () => Promise.reject(error)],
    [
      'returns a promise of another realm that rejects',
      () => runInNewContext('(error) => Promise.reject(error)')(error),
    ],
    ['returns an object whose `then` throws', () => ({ then: raise })],
    ['returns an object whose `then` cannot be read', () => Object.defineProperty({}, 'then', { get: raise })],
  ])('that %s reports its error, and nobody else gets it', async (_how, call) => {
    const failed = vi.fn<(reason: unknown) => void>()
    callSafely(call, failed)
    await vi.waitFor(() => expect(failed).toHaveBeenCalledExactlyOnceWith(error), 60_000)
    callSafely(call)
  })

  test('that succeeds returns its value', async () => {
    const failed = vi.fn<(reason: unknown) => void>()
    expect(callSafely(() => 5, failed)).toBe(5)
    expect(await callSafely(async () => 6, failed)).toBe(6)
    expect(callSafely(() => null, failed)).toBeNull()
    expect(failed).not.toHaveBeenCalled()
  })
})

function raise(): never {
  throw error
}
