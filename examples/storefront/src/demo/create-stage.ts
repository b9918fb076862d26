import { createFastForward } from './fast-forward.ts'
import type { DemoOptions } from './options.ts'
import { createRealTime } from './real-time.ts'
import type { Screen } from './screen.ts'
import type { Stage, StageOptions } from './stage.ts'

/** The engine that the command line asks for. */
export async function createStage(
  { provider, realTime, folder }: Pick<DemoOptions, 'provider' | 'realTime' | 'folder'>,
  options: StageOptions,
  screen: Screen,
): Promise<Stage> {
  if (provider === 'inngest') {
    const { createInngestStage } = await import('./inngest-stage.ts') // here, since the SDK takes a while to load
    return createInngestStage({ ...options, realTime })
  }
  if (provider === 'trigger.dev') {
    const { createTriggerStage } = await import('./trigger-stage.ts')
    return createTriggerStage(screen)
  }
  return realTime ? createRealTime(folder) : createFastForward(options)
}
