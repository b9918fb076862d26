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

/** In the column `parked`: the run needs other code, but not another version. */
export const otherCode = 'other'

/** The wait of a parked run: for a version, or until the code is to be looked at again. */
export interface Parked {
  /** The version as JSON, or `otherCode`. */
  readonly parked: string
  readonly dueAt: number | undefined
}

/** Returns how a run waits for other code; `undefined` if it does not. */
export function parkedOf(
  run: StoredRun,
  definitions: readonly WorkerDefinition[],
  wakeAt: number | undefined,
): Parked | undefined {
  if (!run.workflow?.parked) return undefined
  const version = parkedFor(run, definitions)
  if (version === undefined) return { parked: otherCode, dueAt: wakeAt }
  return { parked: JSON.stringify(version), dueAt: run.workflow.parked.until }
}

/** A version of a workflow. */
export interface ParkedVersion {
  readonly definitionId: string
  /** As in the column `parked`. */
  readonly parked: string
}

/** Returns the versions of the workflows among some definitions. */
export function parkedVersionsOf(definitions: readonly WorkerDefinition[]): ParkedVersion[] {
  return definitions.flatMap(({ definitionId, versions = [] }) =>
    versions.map((version) => ({ definitionId, parked: JSON.stringify(version) })),
  )
}
