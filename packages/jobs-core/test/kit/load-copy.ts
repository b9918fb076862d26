import type * as app from '../../src/index.ts'
import type * as provider from '../../src/provider.ts'

/** Evaluates both entry points of the core again after `vi.resetModules()`, as a second bundle does. */
export async function loadCopy(): Promise<typeof app & typeof provider> {
  const [appNames, providerNames] = await Promise.all([import('../../src/index.ts'), import('../../src/provider.ts')])
  return { ...appNames, ...providerNames }
}
