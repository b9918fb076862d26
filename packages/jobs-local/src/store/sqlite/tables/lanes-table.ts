import { turnBatch } from '../../../rules/turn-batch.ts'
import type { Connection } from '../file/connection.ts'
import { phases } from './rows.ts'

const { ready } = phases

/** The throttle of a definition, or of one of its lanes. */
export interface BucketName {
  readonly definitionId: string
  /** Empty for a throttle without a key. */
  readonly tenant: string
  readonly key: string
}

/** Most states to delete at once. */
const pruneBatch = 10_000

/** Returns whether a run of a throttle waits for its first start. */
export function hasFirstRun(connection: Connection, { definitionId, tenant, key }: BucketName): boolean {
  const isLane = tenant === '' ? '' : 'AND tenant = ?2 AND throttle_key = ?3'
  const sql = `SELECT 1 AS one FROM cgk_runs WHERE phase = ${ready} AND definition_id = ?1 ${isLane} AND started_at IS NULL LIMIT 1`
  return connection.get(sql, ...(tenant === '' ? [definitionId] : [definitionId, tenant, key])) !== undefined
}

/** Opens the lanes whose time has come. The engine's timer fires again for those that exceed the batch. */
export function openDueLanes(connection: Connection, now: number): void {
  if (!connection.get('SELECT 1 AS one FROM cgk_lanes WHERE open_at > 0 AND open_at <= ? LIMIT 1', now)) return
  connection.run(
    "UPDATE cgk_lanes SET open_at = iif(tenant = '', NULL, 0) WHERE id IN " +
      '(SELECT id FROM cgk_lanes WHERE open_at > 0 AND open_at <= ? ORDER BY open_at LIMIT ?)',
    now,
    turnBatch,
  )
}

/** Closes open lanes of a tenant whose runs were all set aside, at most `turnBatch` at once. A run that waits again opens its lane. */
export function closeLanes(connection: Connection, definitionId: string, tenant: string): void {
  connection.run(
    'UPDATE cgk_lanes SET open_at = NULL, state = ifnull(state, 0) WHERE id IN ' +
      '(SELECT id FROM cgk_lanes WHERE open_at = 0 AND definition_id = ? AND tenant = ? LIMIT ?)',
    definitionId,
    tenant,
    turnBatch,
  )
}

/** Deletes states that no longer matter, and lanes of definitions that have no throttle with a key any more. */
export function pruneLanes(connection: Connection, now: number): void {
  const keyed = 'SELECT definition_id FROM cgk_definitions WHERE throttle_path IS NOT NULL'
  if (connection.run(`DELETE FROM cgk_throttles WHERE definition_id NOT IN (${keyed})`) > 0) {
    connection.run(
      'UPDATE cgk_lanes SET open_at = NULL, state = ifnull(state, 0) WHERE open_at IS NOT NULL ' +
        "AND tenant <> '' AND definition_id NOT IN (SELECT definition_id FROM cgk_throttles)",
    )
    if (!connection.get('SELECT 1 AS one FROM cgk_throttles LIMIT 1')) dropLaneTriggers(connection)
  }
  const old = 'SELECT id FROM cgk_lanes WHERE open_at IS NULL AND state <= ? LIMIT ?'
  connection.run(`DELETE FROM cgk_lanes WHERE id IN (${old})`, now, pruneBatch)
}

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
function dropLaneTriggers(connection: Connection): void {
  for (const name of Object.keys(triggers)) connection.exec(`DROP TRIGGER IF EXISTS ${name}`)
}
