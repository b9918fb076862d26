import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'

import type { Definition } from '../src/jobs/definition.ts'
import { attemptOptions, createAttemptKit, orderEnvelope } from './kit/attempt-kit.ts'
import { createFakeProvider, type FakeProvider } from './kit/fake-provider.ts'
import { type Core, loadCopy } from './kit/load-copy.ts'
import { createMemoryLogger } from './kit/memory-logger.ts'

const core = await loadCopy()
/** A second copy of the library, as from a second bundle or version. */
let copy: Core
const order = { tenantId: 'acme', orderId: 'order_2' }

let outside: FakeProvider
let engine: FakeProvider

beforeAll(async () => {
  vi.resetModules()
  copy = await loadCopy()
})
beforeEach(() => {
  outside = createFakeProvider()
  engine = createFakeProvider()
  core.setJobClient(core.createClient({ load: () => outside }, { jobs: [] }))
})
afterEach(() => core.setJobClient(undefined))

const engineClient = () => core.createClient({ load: () => engine }, { jobs: [] })

describe('two copies of the library in one process', () => {
  test('are separate (otherwise the tests below prove nothing)', () => {
    expect(copy.sendJob).not.toBe(core.sendJob)
    expect(copy.getJobClient()).toBe(core.getJobClient())
  })

  test.each([
    ['the copy', () => copy],
    ['this one', () => core],
  ])(
    'a handler that sends through %s uses the engine that runs it, whichever copy runs the attempt',
    async (_which, of) => {
      const definition = core.defineJob({
        id: 'sends',
        event: 'order.created',
        handler: async () => {
          await of().sendJob('order.created', order)
          await new Promise((resolve) => setTimeout(resolve, 0))
          await of().sendJob('order.created', order)
        },
      })
      const client = engineClient()
      for (const { runAttempt } of [core, copy]) {
        const { clock, controller } = createAttemptKit()
        const { logger } = createMemoryLogger()
        const options = attemptOptions({ signal: controller.signal, clock, logger, client })
        const outcome = await runAttempt(definition as Definition, orderEnvelope(), options)
        expect(outcome).toEqual({ type: 'completed' })
      }
      expect(engine.sent).toHaveLength(4)
      expect(outside.sent).toEqual([])
    },
  )

  test('a client that is set for code in one copy is set in the other', () => {
    const client = engineClient()
    core.runWithClient(client, () => expect(copy.getJobClient()).toBe(client))
    copy.runWithClient(client, () => expect(core.getJobClient()).toBe(client))
  })
})
