import { describe, expect, test, vi } from 'vitest'

import { createDeferred } from '../../test/kit/deferred.ts'
import { createFakeProvider, type FakeProviderOptions } from '../../test/kit/fake-provider.ts'
import type { JobProvider } from '../provider/job-provider.ts'
import { createClient } from './create-client.ts'

/** A client whose engine is open and takes until `ending` to close. */
async function openClient(options: FakeProviderOptions = {}) {
  const ending = createDeferred()
  const told: number[] = []
  const close: JobProvider['close'] = ({ timeoutMs }) => {
    told.push(timeoutMs)
    return ending.promise
  }
  const provider = createFakeProvider({ close, ...options })
  const client = createClient({ load: () => provider }, { jobs: [] })
  await client.healthCheck()
  return { client, ending, told }
}
const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('a second close', () => {
  test('with less time hurries the first, and both end with it', async () => {
    const { client, ending, told } = await openClient()
    const closing = [client.close({ timeout: '1h' })]
    await turn()
    closing.push(client.close({ timeout: 0 }))
    await turn()
    expect(told).toEqual([3_600_000, 0])
    ending.resolve()
    await Promise.all(closing)
  })

  test('with as much time or more changes nothing', async () => {
    const { client, ending, told } = await openClient()
    const closing = [client.close({ timeout: '5s' })]
    await turn()
    closing.push(client.close(), client.close({ timeout: '5s' }))
    await turn()
    expect(told).toEqual([5000])
    ending.resolve()
    await Promise.all(closing)
  })

  test('while the engine still opens counts too: it closes with the least time', async () => {
    const loading = createDeferred<JobProvider>()
    const provider = createFakeProvider()
    const client = createClient({ load: () => loading.promise }, { jobs: [] })
    const health = client.healthCheck()
    const closing = [client.close(), client.close({ timeout: '1s' }), client.close({ timeout: '2s' })]
    loading.resolve(provider)
    await Promise.all([health, ...closing])
    expect(provider.calls).toEqual(['close 1000'])
  })

  test('of an engine that fails to close is told once to each, and leaves nothing rejected unheard', async () => {
    const unheard = vi.fn<(reason: unknown) => void>()
    process.on('unhandledRejection', unheard)
    const { client, ending } = await openClient()
    const closing = [client.close()]
    await turn()
    closing.push(client.close({ timeout: 0 }))
    ending.reject(new Error('The port is stuck.'))
    for (const one of closing) await expect(one).rejects.toThrow('The port is stuck.')
    await turn()
    process.off('unhandledRejection', unheard)
    expect(unheard).not.toHaveBeenCalled()
  })
})

describe('a client that was closed before it was ever opened', () => {
  test('refuses to read, rather than to open an engine that nobody would close', async () => {
    const load = vi.fn<() => JobProvider>(() => createFakeProvider())
    const client = createClient({ load }, { jobs: [] })
    await client.close()
    const acme = client.forTenant('acme')
    const reads: (() => Promise<unknown>)[] = [
      () => client.getJobStatus('job_1'),
      () => client.waitForJob('job_1'),
      () => client.listJobs(),
      () => client.healthCheck(),
      () => client.capabilities(),
      () => acme.getJobStatus('job_1'),
      () => acme.waitForJob('job_1'),
      () => acme.listJobs(),
    ]
    for (const read of reads) {
      await expect(read()).rejects.toMatchObject({ name: 'ClientClosedError', code: 'client_closed' })
    }
    expect(load).not.toHaveBeenCalled()
  })
})
