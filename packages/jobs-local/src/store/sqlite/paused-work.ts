import type { Connection } from './connection.ts'

/** The definitions and tenants whose runs get no slot. */
export interface PausedWork {
  readonly definitions: ReadonlySet<string>
  readonly tenants: ReadonlySet<string>
}

/** Reads what is paused. */
export function readPausedWork(connection: Connection): PausedWork {
  const rows = connection.all<{ kind: string; id: string }>('SELECT kind, id FROM cgk_pauses')
  const idsOf = (kind: string): Set<string> => new Set(rows.filter((row) => row.kind === kind).map(({ id }) => id))
  return { definitions: idsOf('definition'), tenants: idsOf('tenant') }
}

/** Returns whether the runs of a definition and tenant get no slot. */
export function isPaused({ definitions, tenants }: PausedWork, definitionId: string, tenant: string): boolean {
  return definitions.has(definitionId) || tenants.has(tenant)
}
