import type { StoredRun } from './stored-run.ts'
import { inVersions, type WorkerDefinition } from './subscriber.ts'

/**
 * Returns the version for which a parked run waits, because none of the worker's definitions has it; `undefined` if it is
 * not parked, or waits for other code of a version that is there. `null`: code without a version.
 */
export function parkedFor(
  { definitionId, workflow }: StoredRun,
  definitions: readonly WorkerDefinition[],
): string | null | undefined {
  if (!workflow?.parked || workflow.version === undefined) return undefined
  const definition = definitions.find((one) => one.definitionId === definitionId)
  return inVersions(workflow.version, definition) ? undefined : workflow.version
}
