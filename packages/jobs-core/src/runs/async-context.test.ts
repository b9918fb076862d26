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

  test('and inside `onFailure` as well', async () => {
    const kit = createAttemptKit()
    const onFailure = async () => void (await sendJob('order.created', order('from onFailure')))
    const definition = orderJob(() => Promise.reject(new Error('No.')), { onFailure, retry: { maxAttempts: 1 } })
    await kit.run(definition, orderEnvelope(), { client: engine.client })
    expect(idsOf(engine)).toEqual(['from onFailure'])
  })

  test('two handlers that run at once each have their own engine', async () => {
    const kit = createAttemptKit()
    const other = createSide()
    const definition = orderJob(async ({ payload }) => {
      await kit.clock.yield()
      await sendJob('order.created', order(`of ${payload.orderId}`))
    })
    const run = (side: Side, orderId: string) =>
      kit.run(definition, orderEnvelope({ payload: order(orderId) }), { client: side.client })
    await Promise.all([run(engine, 'one'), run(other, 'two')])
    expect(idsOf(engine)).toEqual(['of one'])
    expect(idsOf(other)).toEqual(['of two'])
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

  test('can be nested: the inner client counts inside', () => {
    runWithClient(engine.client, () => {
      runWithClient(outside.client, () => expect(getJobClient()).toBe(outside.client))
      expect(getJobClient()).toBe(engine.client)
    })
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
