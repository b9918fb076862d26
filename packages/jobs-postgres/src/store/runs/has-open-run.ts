import { cronEventOf } from '@cgk-platform/jobs-core/provider'

import type { Queryable } from '../../database/database.ts'
import { storedText } from '../stored-text.ts'

const isOpen = 'r.definition = $1 AND r.tenant = $2 AND r.ended_at IS NULL'
const ofLanes =
  'SELECT 1 FROM {schema}.lanes l JOIN {schema}.open_runs r ON r.lane = l.id WHERE l.definition = $1 AND l.tenant = $2'
/** Each phase has an index of its own: some by the lane. */
const open = [
  ...['ready', 'waiting'].map((phase) => `${ofLanes} AND r.phase = '${phase}' AND r.ended_at IS NULL`),
  ...['held', 'suspect'].map((phase) => `SELECT 1 FROM {schema}.open_runs r WHERE ${isOpen} AND r.phase = '${phase}'`),
]
const newest = 'SELECT id, state FROM {schema}.jobs WHERE event = $3 AND tenant = $2 ORDER BY id DESC LIMIT 1'
const unstarted = `SELECT 1 FROM (${newest}) n WHERE state IS NULL AND NOT EXISTS (SELECT 1 FROM {schema}.runs r WHERE r.job = n.id)`
const sql = `SELECT 1 AS one WHERE ${[...open, unstarted].map((one) => `EXISTS (${one})`).join(' OR ')}`

/** Returns true while a run of this cron job and tenant has not ended, or the newest of their jobs has no run yet. */
export async function hasOpenRun(queryable: Queryable, definitionId: string, tenantId: string): Promise<boolean> {
  const values = [definitionId, storedText(tenantId), storedText(cronEventOf(definitionId))]
  const rows = await queryable.query(sql, values)
  return rows.length > 0
}
