import { defineJob, type JobProvider } from '@cgk-platform/jobs-core'
import { registerEngine } from '@cgk-platform/jobs-core/provider'
import '@cgk-platform/test-kit/work'
import { expect, test } from 'vitest'

import { localEngine } from '../../src/descriptor.ts'
import { createLocalProvider } from '../../src/provider/local-provider.ts'
import { createTestEngine } from '../../src/testing/index.ts'

/** The provider of an engine without `timeout`. None of its other methods may be called. */
function createStrictProvider(): JobProvider {
  const { capabilities } = createLocalProvider()
  const timeout = { supported: false, note: 'It has none.', instead: 'Do without.' } as const
  const fail = (): never => {
    throw new Error('was called')
  }
  return {
    specificationVersion: 'v1',
    name: 'strict',
    capabilities: { ...capabilities, features: { ...capabilities.features, timeout } },
    ...{ send: fail, status: fail, cancel: fail, retry: fail, health: fail, attach: fail },
  }
}

registerEngine({
  ...localEngine,
  ...{ name: 'strict', packageName: 'strict-engine', isFallback: false },
  load: async () => createStrictProvider,
})

const [plain, timed] = ['plain', 'timed'].map((id) =>
  defineJob({ id, event: 'work.asked', handler: () => 'done', ...(id === 'timed' && { timeout: '1s' }) }),
)
const refused = { code: 'unsupported_feature', feature: 'timeout', provider: 'strict' }

test.each([
  ['a name', () => 'strict' as never],
  ['a provider', createStrictProvider],
])(
  'an engine like another one, given by %s, refuses what that one refuses, and runs the jobs itself',
  async (_what, like) => {
    const strict = createTestEngine({ jobs: [timed!], like: like() })
    await expect(strict.client.sendJob('work.asked', { tenantId: 'acme' })).rejects.toMatchObject(refused)
    await strict.close()

    const engine = createTestEngine({ jobs: [plain!], like: like() })
    void engine.client.sendJob('work.asked', { tenantId: 'acme' }) // waits until the other provider is loaded
    await engine.runUntilIdle()
    expect(engine.attempts.map(({ outcome }) => outcome)).toEqual([{ type: 'completed', output: 'done' }])
    await engine.close()
  },
)

test('an engine like one that nobody has imported is refused at once', () => {
  expect(() => createTestEngine({ like: 'elsewhere' as never })).toThrow(
    expect.objectContaining({
      code: 'provider_not_chosen',
      message: expect.stringContaining('`like` is `elsewhere`, which is not an available engine'),
    }),
  )
})
