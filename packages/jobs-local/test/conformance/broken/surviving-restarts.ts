import type { Capabilities } from '@cgk-platform/jobs-core'

/** The capabilities of an engine that keeps its jobs over a restart. */
export function survivingRestarts(capabilities: Capabilities): Capabilities {
  return { ...capabilities, features: { ...capabilities.features, 'jobs survive a restart': { supported: true } } }
}
