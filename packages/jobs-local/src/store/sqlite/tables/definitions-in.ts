import type { Connection } from '../file/connection.ts'

/** Returns the definitions with runs in some phases. Jumps from one to the next through the index of turns. */
export function definitionsIn(connection: Connection, ...phases: readonly number[]): string[] {
  const least = (after: string): string => {
    const ofPhases = phases.map(
      (phase) => `SELECT min(definition_id) AS id FROM cgk_runs WHERE phase = ${phase}${after}`,
    )
    return `(SELECT min(id) FROM (${ofPhases.join(' UNION ALL ')}))`
  }
  const sql =
    `WITH RECURSIVE found(id) AS (SELECT ${least('')} UNION ALL SELECT ${least(' AND definition_id > found.id')} FROM found ` +
    'WHERE found.id IS NOT NULL) SELECT id FROM found WHERE id IS NOT NULL'
  return connection.all<{ id: string }>(sql).map(({ id }) => id)
}
