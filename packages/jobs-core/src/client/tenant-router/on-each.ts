import type { RoutedEngine } from './tenant-routes.ts'

/** Calls all engines. Then throws the first error, if any. */
export async function onEach<T>(
  engines: readonly RoutedEngine[],
  call: (engine: RoutedEngine) => Promise<T>,
): Promise<T[]> {
  const results = await Promise.allSettled(engines.map(call))
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason
    return result.value
  })
}
