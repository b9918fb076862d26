import type { EngineRun } from '../api/engine-shapes.ts'
import { definitionIdOf } from '../wire/function-id.ts'

/**
 * Returns the definition id of each run. If two apps have a definition with the same id, the ids of the other apps are
 * prefixed with the app's id and `:`, which no definition's id contains.
 */
export function definitionIds(runs: readonly Pick<EngineRun, 'function' | 'app'>[], ownAppId: string): string[] {
  const apps = new Map<string, Set<string>>()
  for (const {
    function: { id },
    app,
  } of runs)
    apps.set(id, (apps.get(id) ?? new Set()).add(app.id))
  return runs.map(({ function: { id }, app }) => {
    const isShared = apps.get(id)!.size > 1 && app.id !== ownAppId
    return `${isShared ? `${app.id}:` : ''}${definitionIdOf(id)}`
  })
}
