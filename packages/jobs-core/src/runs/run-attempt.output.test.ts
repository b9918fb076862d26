import { beforeEach, describe, expect, test, vi } from 'vitest'

import { type AttemptKit, createAttemptKit, orderEnvelope, orderJob } from '../../test/kit/attempt-kit.ts'
import type { EngineLimits } from './failure.ts'

const limits: EngineLimits = { provider: 'small', minRetryDelayMs: 0, maxOutputBytes: 12 }

let kit: AttemptKit
beforeEach(() => {
  kit = createAttemptKit()
})

describe('an output over the limit of its engine', () => {
  test('fails the run for good at its first attempt, with both sizes and what to do', async () => {
    const handler = vi.fn<() => unknown>(() => 'x'.repeat(11))
    const outcome = await kit.run(orderJob(handler), orderEnvelope(), { limits })
    expect(outcome).toMatchObject({
      type: 'failed',
      error: {
        name: 'OutputTooLargeError',
        code: 'output_too_large',
        message:
          'The output of `process-order` has 13 bytes as JSON, the limit of the engine is 12. ' +
          'Store it elsewhere, and return the key that it is found under.',
      },
    })
    expect(handler).toHaveBeenCalledOnce()
  })

  test('is counted in bytes, not in characters', async () => {
    const run = (output: string) =>
      kit.run(
        orderJob(() => output),
        orderEnvelope(),
        { limits },
      )
    expect(await run('éééé')).toEqual({ type: 'completed', output: 'éééé' }) // 10 bytes
    expect(await run('éééééé')).toMatchObject({ type: 'failed' }) // 14 bytes, and 8 characters
  })
})
