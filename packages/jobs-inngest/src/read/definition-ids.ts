import type { EngineRun } from '../api/engine-shapes.ts'

/**
 * The definition that each run is of. The same id in two apps is two definitions; then those of other apps are told
 * with their app before them.
 */
export function definitionIds(runs: readonly EngineRun[], ownAppId: string): string[] {
  const apps = new Map<string, Set<string>>()
  for (const {
    function: { id },
    app,
  } of runs)
    apps.set(id, (apps.get(id) ?? new Set()).add(app.id))
  return runs.map(({ function: { id }, app }) =>
    apps.get(id)!.size > 1 && app.id !== ownAppId ? `${app.id}/${id}` : id,
  )
}
