import type { JobProvider } from '@cgk-platform/jobs-core'
import { inngestSupport } from '@cgk-platform/jobs-inngest/support'
import { triggerSupport } from '@cgk-platform/jobs-trigger/support'

/** What an engine supports. */
export type EngineSupport = Pick<JobProvider, 'name' | 'capabilities' | 'findUnsupported'>

/** Returns what a hosted engine supports according to the copy in this package, as the app may not have installed it. */
export function knownSupport(engine: string | undefined): EngineSupport | undefined {
  return [inngestSupport, triggerSupport].find(({ name }) => name === engine)
}
