import type { Connection } from '../file/connection.ts'

/** The triggers that add a lane when a run begins to wait for its first start. */
const triggers = { cgk_lanes_added: 'INSERT', cgk_lanes_ready: 'UPDATE OF phase' } as const

/** Creates the triggers. A file has them only while a throttle has lanes, because they take time at each change of a run. */
export function createLaneTriggers(connection: Connection): void {
  for (const [name, event] of Object.entries(triggers)) {
    connection.exec(
      `CREATE TRIGGER IF NOT EXISTS ${name} AFTER ${event} ON cgk_runs WHEN NEW.phase = 1 AND NEW.started_at IS NULL ` +
        'AND EXISTS (SELECT 1 FROM cgk_throttles WHERE definition_id = NEW.definition_id) BEGIN ' +
        'INSERT INTO cgk_lanes (definition_id, tenant, key, open_at) ' +
        'VALUES (NEW.definition_id, NEW.tenant, NEW.throttle_key, 0) ' +
        'ON CONFLICT (definition_id, tenant, key) DO UPDATE SET open_at = 0 WHERE open_at IS NULL; END',
    )
  }
}

/** Drops the triggers. */
export function dropLaneTriggers(connection: Connection): void {
  for (const name of Object.keys(triggers)) connection.exec(`DROP TRIGGER IF EXISTS ${name}`)
}
