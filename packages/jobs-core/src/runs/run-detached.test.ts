import { AsyncLocalStorage } from 'node:async_hooks'

import { describe, expect, test, vi } from 'vitest'

import { runDetached } from './async-context.ts'

const request = new AsyncLocalStorage<string>()

describe('runDetached', () => {
  test('runs code outside of the async context of whoever calls it, and so what that code begins', async () => {
    const seen = await request.run('acme', () =>
      runDetached(async () => {
        const stores = [request.getStore()]
        await new Promise((resolve) => setTimeout(resolve, 0))
        stores.push(request.getStore())
        return stores
      }),
    )
    expect(seen).toEqual([undefined, undefined])
  })

  test('answers what the code answers, and lets through what it throws', () => {
    expect(runDetached(() => 5)).toBe(5)
    expect(() =>
      runDetached(() => {
        throw new Error('No.')
      }),
    ).toThrow('No.')
  })

  test('runs the code all the same where the platform has no async context', async () => {
    const getBuiltinModule = vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never)
    vi.resetModules()
    const fresh = await import('./async-context.ts')
    getBuiltinModule.mockRestore()
    expect(fresh.runDetached(() => 5)).toBe(5)
  })
})
