import { createVirtualTimeEngine } from './virtual-time-engine.ts'
import type { DemoOptions } from './options.ts'
import { createRealTimeEngine } from './real-time-engine.ts'
import type { Screen } from './screen.ts'
import type { DemoEngine, DemoEngineOptions } from './demo-engine.ts'

/** Creates the engine that the command line selects. */
export async function createDemoEngine(
  { provider, realTime, folder }: Pick<DemoOptions, 'provider' | 'realTime' | 'folder'>,
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
  return realTime ? createRealTimeEngine(folder) : createVirtualTimeEngine(options)
}
