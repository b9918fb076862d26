import { type Envelope, notUnderstood, type StepRecord } from '@cgk-platform/jobs-core/provider'
import { beforeJobIdsSince, signalOf } from '@cgk-platform/jobs-core/scheduling'

import type { Queryable } from '../../database/database.ts'
import { readClockSkew } from '../reads/clock-skew.ts'
import { type JobRow, readEnvelope } from '../rows.ts'
import { storedText } from '../stored-text.ts'

const pageSize = 100

/**
 * A job that is not yet due resolves the wait when it is. A cancelled one does not count. One that waits for a worker with
 * its definition was due.
 */
const hasComeDue =
  "j.state IS DISTINCT FROM 'cancelled' AND NOT EXISTS (SELECT 1 FROM {schema}.arrivals a WHERE a.job = j.id AND a.due_at IS NOT NULL AND NOT a.unclaimed) " +
  'AND (j.state IS NOT NULL OR NOT EXISTS (SELECT 1 FROM {schema}.runs r WHERE r.job = j.id) ' +
  "OR EXISTS (SELECT 1 FROM {schema}.runs r WHERE r.job = j.id AND r.state <> 'cancelled'))"
const where = `j.tenant = $1 AND j.event = $2 AND j.id > $3 AND j.sent_at >= $4 AND ${hasComeDue} ORDER BY j.id LIMIT ${pageSize}`
const columns = 'j.id, j.tenant, j.event, j.envelope, j.sent_at'
const eventsSql = `SELECT ${columns} FROM {schema}.jobs j WHERE ${where}`
/** Signals are found by the job that they are for. */
const signalsSql = `SELECT ${columns} FROM {schema}.references x JOIN {schema}.jobs j ON j.id = x.job WHERE x.reference = $5 AND ${where}`

type EventRow = Pick<JobRow, 'id' | 'tenant' | 'event' | 'envelope' | 'sent_at'>

/** Reads the earlier events of a tenant that may resolve a wait, in the order of their sends. */
export async function* pastEvents(queryable: Queryable, tenantId: string, step: StepRecord): AsyncGenerator<Envelope> {
  const { event = '', match, startedAt } = step
  const since = step.since ?? startedAt
  const isSignal = signalOf(event) !== undefined
  let after = beforeJobIdsSince(Math.max(0, since - (await readClockSkew(queryable))))
  for (;;) {
    const values = [storedText(tenantId), storedText(event), after, since]
    const page = isSignal
      ? await queryable.query<EventRow>(signalsSql, [...values, storedText(String(match?.['jobId']))])
      : await queryable.query<EventRow>(eventsSql, values)
    for (const row of page) {
      const envelope = readEnvelope(row)
      if (notUnderstood(envelope).length === 0) yield envelope
    }
    if (page.length < pageSize) return
    after = page.at(-1)!.id
  }
}
