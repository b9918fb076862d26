import { fromText } from '../../../records/json-column.ts'
import type { StoredLimits } from '../../../records/subscriber.ts'
import type { SlotFacts } from '../../../records/slot-facts.ts'
import type { Connection } from '../file/connection.ts'
import { phases } from '../tables/rows.ts'

/** Most slots to read. */
const maxHeld = 10_000

interface HeldRow {
  readonly jobId: string
  readonly isOfTenant: number
  readonly isOfKey: number
}

/** Returns what limits the start of a run that waits for a slot. */
export function slotsOf(connection: Connection, run: number): SlotFacts {
  const columns = 's.run, s.definition_id, s.tenant, s.concurrency_key'
  const slots =
    `SELECT ${columns} FROM cgk_runs s WHERE s.phase = ${phases.held} AND s.definition_id = ?2 UNION ALL ` +
    `SELECT ${columns} FROM cgk_leftovers s WHERE s.definition_id = ?2`
  const waiting = connection.get<{ definition: string }>(
    'SELECT definition_id AS definition FROM cgk_runs WHERE run = ?',
    run,
  )
  if (!waiting) return { held: [], throttle: undefined }
  const held = connection.all<HeldRow>(
    'SELECT j.id AS jobId, h.tenant = r.tenant AS isOfTenant, ' +
      'h.tenant = r.tenant AND h.concurrency_key = r.concurrency_key AS isOfKey ' +
      `FROM cgk_runs r JOIN (${slots}) h JOIN cgk_jobs j ON j.seq = h.run >> 20 WHERE r.run = ?1 LIMIT ${maxHeld}`,
    run,
    waiting.definition,
  )
  const throttle = connection.get<{ state: number | null }>(
    'SELECT l.state FROM cgk_runs r JOIN cgk_lanes l ON l.definition_id = r.definition_id ' +
      "AND l.key = r.throttle_key AND l.tenant IN ('', iif(r.throttle_key = '', '', r.tenant)) " +
      'WHERE r.run = ? AND l.state IS NOT NULL',
    run,
  )
  const limits = connection.get<{ limits: string | null }>(
    'SELECT limits FROM cgk_definitions WHERE definition_id = ? AND limits IS NOT NULL ORDER BY worker DESC LIMIT 1',
    waiting.definition,
  )
  return {
    limits: fromText(limits?.limits ?? null) as StoredLimits | undefined,
    held: held.map(({ jobId, isOfTenant, isOfKey }) => ({
      jobId,
      isOfTenant: isOfTenant === 1,
      isOfKey: isOfKey === 1,
    })),
    throttle: throttle?.state ?? undefined,
  }
}
