import type { Capabilities } from '@cgk-platform/jobs-core'
import { allFeatures } from '@cgk-platform/jobs-core/conformance'

/** The capabilities of an engine that has no feature, and narrow limits. */
export function lackingEverything(capabilities: Capabilities): Capabilities {
  const support = { supported: false, note: 'It has no features.', instead: 'Use another engine.' } as const
  return {
    ...capabilities,
    features: Object.fromEntries(allFeatures.map((feature) => [feature, support])) as Capabilities['features'],
    maxAttemptsLimit: 10,
    maxRetryDelayMs: 3_600_000,
    maxDelayMs: 30 * 86_400_000,
  }
}
