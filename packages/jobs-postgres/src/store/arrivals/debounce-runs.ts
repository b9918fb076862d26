import { arrivedAt, enterState, groupBy, quietUntil } from '@cgk-platform/jobs-local/engine'

import { columnsOf, type Queryable } from '../../database/database.ts'
import type { NewRun } from './new-runs.ts'

/** The run of a group that waits for its quiet period. */
interface OpenRun {
  readonly job: string
  readonly since: number
  readonly dueAt: number
  /** When its job was due. */
  readonly arrived: number
  /** Makes another job supersede it. */
  readonly supersede: (by: string) => void
}

interface OpenRow {
  readonly place: number
  readonly job: string
  readonly number: number
  readonly since: number
  readonly due_at: number
  readonly arrived: number
}

const groups = 'unnest($1::text[], $2::text[], $3::text[])'
const lockSql =
  'SELECT pg_advisory_xact_lock(key) FROM (SELECT DISTINCT ' +
  "hashtextextended(d || chr(1) || t || chr(1) || k, hashtextextended('{schema}', 3)) AS key " +
  `FROM ${groups} AS g (d, t, k) ORDER BY 1) locks`

/** A run is `scheduled` with a key only while it waits for its quiet period. */
const openSql = `
  SELECT g.place::int4, r.* FROM ${groups} WITH ORDINALITY AS g (d, t, k, place), LATERAL (
    SELECT job, number, debounced_since AS since, due_at, rank + 1000 * priority AS arrived FROM {schema}.open_runs
    WHERE definition = g.d AND tenant = g.t AND debounce_key = g.k AND state = 'scheduled'
    ORDER BY due_at DESC LIMIT 1 FOR UPDATE
  ) r`

const supersedeSql =
  "UPDATE {schema}.runs r SET state = 'superseded', phase = NULL, is_open = false, due_at = NULL, ended_at = $4, " +
  'superseded_by = s.by FROM unnest($1::text[], $2::int4[], $3::text[]) AS s (job, number, by) ' +
  'WHERE r.job = s.job AND r.number = s.number AND r.is_open'

/**
 * Makes new runs wait for their quiet periods. Each supersedes the run of its definition, tenant and key within whose
 * quiet period its job came. Workers that do this for one group wait for each other. Returns the ids of the jobs of
 * superseded runs.
 */
export async function debounceRuns(transaction: Queryable, runs: readonly NewRun[], now: number): Promise<string[]> {
  const byGroup = groupBy(
    runs.filter(({ debounce }) => debounce),
    ({ run, tenant, debounceKey }) => JSON.stringify([run.definitionId, tenant, debounceKey]),
  )
  if (byGroup.size === 0) return []
  const firsts = [...byGroup.values()].map(([first]) => first!)
  const keys = [
    firsts.map(({ run }) => run.definitionId),
    firsts.map(({ tenant }) => tenant),
    firsts.map(({ debounceKey }) => debounceKey!),
  ]
  await transaction.query(lockSql, keys)
  const rows = await transaction.query<OpenRow>(openSql, keys)
  const written: (OpenRow & { readonly by: string })[] = []
  const superseded: string[] = []
  for (const [index, group] of [...byGroup.values()].entries()) {
    const row = rows.find(({ place }) => place === index + 1)
    let open: OpenRun | undefined = row && {
      job: row.job,
      since: row.since,
      dueAt: row.due_at,
      arrived: row.arrived,
      supersede: (by) => void written.push({ ...row, by }),
    }
    for (const one of group) {
      if (open && isLater(open, one)) {
        supersede(one, open.job, now)
        superseded.push(one.run.job.envelope.id)
        continue
      }
      const before = open && open.dueAt > arrivedAt(one.run.job.envelope, now) ? open : undefined
      if (before) {
        before.supersede(one.run.job.envelope.id)
        superseded.push(before.job)
      }
      open = beginQuietPeriod(one, before?.since ?? now, now)
    }
  }
  if (written.length > 0) {
    const values = [...columnsOf(written, 'job', 'number', 'by'), now]
    await transaction.query(supersedeSql, values)
  }
  return superseded
}

/** Returns whether the job of a run came after that of a new one, which another worker has taken more slowly. */
function isLater({ arrived, job }: OpenRun, one: NewRun): boolean {
  const after = arrived - arrivalOf(one)
  return after > 0 || (after === 0 && job > one.run.job.envelope.id)
}

function arrivalOf({ run: { job } }: NewRun): number {
  return job.envelope.runAt ?? job.envelope.sentAt
}

function supersede(one: NewRun, by: string, now: number): void {
  enterState(one.run, { state: 'superseded', endedAt: now, supersededBy: by })
  one.phase = null
}

function beginQuietPeriod(one: NewRun, since: number, now: number): OpenRun {
  const dueAt = quietUntil(one.debounce!, since, now)
  one.debouncedSince = since
  enterState(one.run, { state: 'scheduled', dueAt })
  const { id: job } = one.run.job.envelope
  return { job, since, dueAt, arrived: arrivalOf(one), supersede: (by) => supersede(one, by, now) }
}
