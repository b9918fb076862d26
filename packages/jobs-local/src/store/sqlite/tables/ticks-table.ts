import type { Connection } from '../file/connection.ts'

/** Returns the last dispatched tick of a cron job, in epoch milliseconds. */
export function lastTick(connection: Connection, definitionId: string): number | undefined {
  return connection.get<{ tick: number }>('SELECT tick FROM cgk_ticks WHERE definition_id = ?', definitionId)?.tick
}

/** Records the last dispatched tick of a cron job. An earlier tick than the recorded one changes nothing. */
export function setLastTick(connection: Connection, definitionId: string, tick: number): void {
  const sql =
    'INSERT INTO cgk_ticks (definition_id, tick) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET tick = max(tick, ?2)'
  connection.run(sql, definitionId, tick)
}
