import { AsyncLocalStorage } from 'node:async_hooks'

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { createFakeProvider } from '../../test/kit/fake-provider.ts'
import { createClient } from '../client/create-client.ts'
import { getJobClient, setJobClient } from '../client/default-client.ts'
import type { JobClient } from '../client/job-client.ts'
import { runDetached, runWithClient } from './async-context.ts'

const newClient = (): JobClient => createClient({ load: () => createFakeProvider() }, { jobs: [] })

let outside: JobClient
let engine: JobClient
beforeEach(() => {
  outside = newClient()
  engine = newClient()
  setJobClient(outside)
})
afterEach(() => setJobClient(undefined))

describe('runWithClient', () => {
  test('returns the result of the code and throws its errors', async () => {
    expect(runWithClient(engine, () => 5)).toBe(5)
    await expect(runWithClient(engine, () => Promise.reject(new Error('No.')))).rejects.toThrow('No.')
    expect(() =>
      runWithClient(engine, () => {
        throw new Error('No.')
      }),
    ).toThrow('No.')
    expect(getJobClient()).toBe(outside)
  })

  test('uses the default client on a platform without async context', async () => {
    const getBuiltinModule = vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never)
    vi.resetModules()
    const fresh = await import('./async-context.ts')
    expect(fresh.runWithClient(engine, () => fresh.scopedClient())).toBeUndefined()
    expect(fresh.runDetached(() => 5)).toBe(5)
    getBuiltinModule.mockRestore()
  })
})

const request = new AsyncLocalStorage<string>()

describe('runDetached', () => {
  test('runs code and everything it starts outside the async context of the caller', async () => {
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

  test('returns the result of the code and throws its errors', () => {
    expect(runDetached(() => 5)).toBe(5)
    expect(() =>
      runDetached(() => {
        throw new Error('No.')
      }),
    ).toThrow('No.')
  })
})
