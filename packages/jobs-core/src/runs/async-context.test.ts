import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { createAttemptKit, orderEnvelope, orderJob } from '../../test/kit/attempt-kit.ts'
import { createFakeProvider, type FakeProvider } from '../../test/kit/fake-provider.ts'
import { createClient } from '../client/create-client.ts'
import { getJobClient, setJobClient } from '../client/default-client.ts'
import type { JobClient } from '../client/job-client.ts'
import { sendJob } from '../client/module-functions.ts'
import { runWithClient } from './async-context.ts'

interface Side {
  readonly provider: FakeProvider
  readonly client: JobClient
}
const createSide = (): Side => {
  const provider = createFakeProvider()
  return { provider, client: createClient({ load: () => provider }, { jobs: [] }) }
}

let outside: Side
let engine: Side
beforeEach(() => {
  outside = createSide()
  engine = createSide()
  setJobClient(outside.client)
})
afterEach(() => setJobClient(undefined))

const order = (orderId: string) => ({ tenantId: 'acme', orderId })
const idsOf = ({ provider }: Side) => provider.sent.map(({ payload }) => (payload as { orderId: string }).orderId)

describe('inside a handler', () => {
  test('sendJob goes to the engine that runs it, also after it waited, and to the default one elsewhere', async () => {
    const kit = createAttemptKit()
    const definition = orderJob(async () => {
      await sendJob('order.created', order('at once'))
      await kit.clock.yield()
      await sendJob('order.created', order('later'))
      await Promise.all([1, 2].map(async (n) => sendJob('order.created', order(`together ${n}`))))
      await new Promise((resolve) => setTimeout(resolve, 0))
      await sendJob('order.created', order('after a timer'))
    })
    expect(await kit.run(definition, orderEnvelope(), { client: engine.client })).toEqual({ type: 'completed' })
    await sendJob('order.created', order('outside'))
    expect(idsOf(engine)).toEqual(['at once', 'later', 'together 1', 'together 2', 'after a timer'])
    expect(idsOf(outside)).toEqual(['outside'])
  })
})

describe('runWithClient', () => {
  test('answers what the code answers, and lets through what it throws', async () => {
    expect(runWithClient(engine.client, () => 5)).toBe(5)
    await expect(runWithClient(engine.client, () => Promise.reject(new Error('No.')))).rejects.toThrow('No.')
    expect(() =>
      runWithClient(engine.client, () => {
        throw new Error('No.')
      }),
    ).toThrow('No.')
    expect(getJobClient()).toBe(outside.client)
  })

  test('changes nothing without a client', () => {
    const code = vi.fn<() => JobClient>(getJobClient)
    expect(runWithClient(undefined, code)).toBe(outside.client)
  })

  test('runs the code with the default client where the platform has no async context', async () => {
    const getBuiltinModule = vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never)
    vi.resetModules()
    const fresh = await import('./async-context.ts')
    expect(fresh.runWithClient(engine.client, () => fresh.scopedClient())).toBeUndefined()
    getBuiltinModule.mockRestore()
  })
})
