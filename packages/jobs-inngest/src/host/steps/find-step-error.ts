import { UnsupportedFeatureError } from '@cgk-platform/jobs-core/errors'
import type { StepCall } from '@cgk-platform/jobs-core/hosted'

import { inngestCapabilities } from '../../capabilities.ts'
import { toWaitExpression } from './wait-expression.ts'

const maxWaitMs = 365 * 86_400_000

/** Returns an error for a step with more attempts than Inngest makes, and for a wait that it cannot keep or match. */
export function findStepError(call: StepCall, tenantId: string): UnsupportedFeatureError | undefined {
  if ('policy' in call) return findAttemptsError(call.key, call.policy.maxAttempts)
  if (call.kind !== 'waitForEvent') return undefined
  const { match, timeoutMs } = call
  if (timeoutMs > maxWaitMs) {
    const remedy = 'The maximum is one year. For a longer wait, use several steps.'
    return new UnsupportedFeatureError({ feature: `a wait of ${timeoutMs} ms`, provider: 'inngest', remedy })
  }
  try {
    toWaitExpression(tenantId, match)
    return undefined
  } catch (error) {
    if (UnsupportedFeatureError.isInstance(error)) return error
    throw error
  }
}

function findAttemptsError(key: string, maxAttempts: number): UnsupportedFeatureError | undefined {
  const { maxAttemptsLimit } = inngestCapabilities
  if (maxAttempts <= maxAttemptsLimit) return undefined
  const remedy = `Set it to ${maxAttemptsLimit} or less in the step \`${key}\`.`
  return new UnsupportedFeatureError({ feature: `retry.maxAttempts: ${maxAttempts}`, provider: 'inngest', remedy })
}
