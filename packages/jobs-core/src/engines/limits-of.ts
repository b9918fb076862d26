import type { Capabilities } from './capabilities.ts'
import type { EngineLimits } from './engine-limits.ts'

/** Returns the limits of an engine that attempts must respect, from its capabilities. */
export function limitsOf(provider: string, capabilities: Capabilities): EngineLimits {
  const { features, minRetryDelayMs, maxRetryDelayMs, maxPayloadBytes } = capabilities
  const { maxOutputBytes, maxStepOutputBytes } = capabilities
  const sendsRaiseAttempts = features['maxAttempts of a send, raised'].supported
  const sizes = { maxPayloadBytes, maxOutputBytes, maxStepOutputBytes }
  return { provider, minRetryDelayMs, maxRetryDelayMs, ...sizes, sendsRaiseAttempts }
}
