import { createVirtualTimeEngine } from './virtual-time-engine.ts'
import type { DemoOptions } from './options.ts'
import { createRealTimeEngine } from './real-time-engine.ts'
import type { Screen } from './screen.ts'
import type { DemoEngine, DemoEngineOptions } from './demo-engine.ts'

/** The options that select an engine. */
export type EngineChoice = Pick<DemoOptions, 'provider' | 'realTime' | 'store' | 'folder'>

/** Creates the engine that the command line selects. */
export async function createDemoEngine(
  { provider, realTime, store, folder }: EngineChoice,
  options: DemoEngineOptions,
  screen: Screen,
): Promise<DemoEngine> {
  if (provider === 'inngest') {
    const { createInngestEngine } = await import('./inngest-engine.ts') // imported here, because the SDK loads slowly
    return createInngestEngine({ ...options, realTime })
  }
  if (provider === 'trigger.dev') {
    const { createTriggerEngine } = await import('./trigger-engine.ts')
    return createTriggerEngine(screen)
  }
  return realTime ? createRealTimeEngine({ store, folder }) : createVirtualTimeEngine(options)
}
