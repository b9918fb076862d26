import type { Queryable } from '../../database/database.ts'

const limits = 'SELECT definition FROM {schema}.limits WHERE is_full ORDER BY definition FOR NO KEY UPDATE SKIP LOCKED'
const ofLane = 'definition = l.definition AND s.tenant = l.tenant'
const lanes =
  "SELECT id FROM {schema}.lanes l WHERE gate IN ('key', 'tenant') " +
  `AND NOT EXISTS (SELECT 1 FROM {schema}.open_runs s WHERE s.phase = 'held' AND s.${ofLane}) ` +
  `AND NOT EXISTS (SELECT 1 FROM {schema}.leftovers s WHERE s.${ofLane}) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED`

/**
 * Lets claims count again the slots of definitions that are full, and of lanes whose tenant holds none. Usually whoever
 * frees a slot does that. But it cannot know of a limit that begins at the same moment.
 */
export async function reopenGates(queryable: Queryable): Promise<void> {
  await queryable.query(`UPDATE {schema}.limits SET is_full = false WHERE definition IN (${limits})`)
  await queryable.query(`UPDATE {schema}.lanes SET gate = NULL WHERE id IN (${lanes})`)
}
