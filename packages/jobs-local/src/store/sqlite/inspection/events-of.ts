import { cronEventOf, type InspectFilter } from '@cgk-platform/jobs-core/provider'

import type { Connection } from '../file/connection.ts'

/** Returns the events that a matching job can have. `undefined` for a filter without event and definition. */
export function eventsOf(
  connection: Connection,
  { event, definitionId }: Pick<InspectFilter, 'event' | 'definitionId'>,
): string[] | undefined {
  if (event !== undefined) return [event]
  if (definitionId === undefined) return undefined
  const sql = 'SELECT event FROM cgk_handled WHERE definition_id = ?'
  const events = connection.all<{ event: string }>(sql, definitionId).map((row) => row.event)
  return [...new Set([...events, cronEventOf(definitionId)])]
}
