import type { EngineRun } from '../api/engine-shapes.ts'

/**
 * Returns the definition id of each run. If two apps have a definition with the same id, the ids of the other apps are
 * prefixed with the app's id.
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
