import type * as app from '../../src/index.ts'
import type * as provider from '../../src/provider.ts'
import type * as scheduling from '../../src/scheduling.ts'
import type * as tools from '../../src/tools.ts'

/** The exports of the core for apps, providers and tools. */
export type Core = typeof app & typeof provider & typeof scheduling & typeof tools

/** Evaluates the entry points of the core: again after `vi.resetModules()`, as a second bundle does. */
export async function loadCopy(): Promise<Core> {
  const entries = [
    import('../../src/index.ts'),
    import('../../src/provider.ts'),
    import('../../src/scheduling.ts'),
    import('../../src/tools.ts'),
  ] as const
  const [appNames, providerNames, schedulingNames, toolNames] = await Promise.all(entries)
  return { ...appNames, ...providerNames, ...schedulingNames, ...toolNames }
}
