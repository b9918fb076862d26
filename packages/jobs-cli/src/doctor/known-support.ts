import type { JobProvider } from '@cgk-platform/jobs-core'
import { inngestSupport } from '@cgk-platform/jobs-inngest/support'
import { triggerSupport } from '@cgk-platform/jobs-trigger/support'

/** The capabilities of an engine, and its own checks of a definition. */
export type EngineSupport = Pick<JobProvider, 'name' | 'capabilities' | 'findUnsupported'>

/** Returns the support of a hosted engine from the copy in this package: the app may not have installed the engine's. */
export function knownSupport(engine: string | undefined): EngineSupport | undefined {
  return [inngestSupport, triggerSupport].find(({ name }) => name === engine)
}
