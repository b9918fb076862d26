import { type Clock, type Envelope, resolveEventWait, type StepRecord } from '@cgk-platform/jobs-core/provider'
import { applyJob, type ResolvedStep, type StoredRun } from '@cgk-platform/jobs-local/engine'

import { columnsOf, type Queryable } from '../../database/database.ts'
import { readJob } from '../reads/read-jobs.ts'
import { keyOf } from '../rows.ts'
import { storedText } from '../stored-text.ts'
import { applyDraft, provider, saveWaits } from './waits.ts'
import { writeSteps } from './write-steps.ts'

/** The dependencies of the functions that take notices. */
export interface NoticeReads {
  readonly queryable: Queryable
  /** Makes a change, again and again until it succeeds or the process ends. */
  readonly change: <T>(work: (transaction: Queryable) => Promise<T>) => Promise<T>
  readonly clock: Pick<Clock, 'now'>
}

/** The changes that others have made to the runs of a worker. */
export interface NoticedChanges {
  readonly resolved: readonly ResolvedStep[]
  readonly cancelled: readonly StoredRun[]
}

interface NoticeRow {
  readonly seq: number
  readonly job: string
  readonly run: number
  readonly key: string | null
  readonly event: string | null
}

/** Takes the notices of a worker. @param runOf - returns a run that it holds */
export async function takeNotices(
  reads: NoticeReads,
  worker: number,
  runOf: (job: string, number: number) => StoredRun | undefined,
): Promise<NoticedChanges> {
  const sql = 'SELECT seq, job, run, key, event FROM {schema}.notices WHERE worker = $1 ORDER BY seq'
  const rows = await reads.queryable.query<NoticeRow>(sql, [worker])
  if (rows.length === 0) return { resolved: [], cancelled: [] }
  const runsOf = (notices: readonly NoticeRow[]): StoredRun[] => [
    ...new Set(notices.flatMap(({ job, run }) => runOf(job, run) ?? [])),
  ]
  const resolved = await applyNotices(reads, runsOf(rows.filter(({ key }) => key !== null)))
  const cancels = rows.filter(({ key }) => key === null)
  if (cancels.length > 0) {
    const seqs = cancels.map(({ seq }) => seq)
    await reads.change((transaction) =>
      transaction.query('DELETE FROM {schema}.notices WHERE seq = ANY($1::int8[])', [seqs]),
    )
  }
  return { resolved, cancelled: runsOf(cancels) }
}

/**
 * Applies the results of waits that came while a worker held the runs, this one or an earlier one. Returns the resolved
 * steps.
 */
export async function applyNotices(reads: NoticeReads, runs: readonly StoredRun[]): Promise<ResolvedStep[]> {
  if (runs.length === 0) return []
  const { queryable, change, clock } = reads
  const keys = runs.map((run) => keyOf(run))
  const sql =
    'SELECT seq, job, run, key, event FROM {schema}.notices WHERE key IS NOT NULL ' +
    'AND (job, run) IN (SELECT * FROM unnest($1::text[], $2::int4[])) ORDER BY seq'
  const rows = await queryable.query<NoticeRow>(sql, columnsOf(keys, 'job', 'number'))
  if (rows.length === 0) return []
  const steps = new Map<StepRecord, StoredRun>()
  for (const row of rows) {
    const run = runs[keys.findIndex(({ job, number }) => job === row.job && number === row.run)]!
    const step = run.workflow?.steps.find(({ key }) => storedText(key) === row.key)
    if (!step) continue
    if (row.event !== null) resolveEventWait(run.workflow!, step, JSON.parse(row.event) as Envelope, clock.now())
    else applyJob(run.workflow!, step, await readJob(queryable, step.jobId ?? ''), { provider, now: clock.now() })
    steps.set(step, run)
  }
  const noticed = Array.from(steps, ([step, run]) => ({ run, step }))
  // Another wait of the run got the event before. This one looks for another event, and continues to wait.
  const waiting = noticed.filter(({ step }) => step.state === 'waiting')
  const ended = noticed.filter(({ step }) => step.state !== 'waiting')
  const saved = await change(async (transaction) => {
    const again = waiting.length === 0 ? [] : await saveWaits(transaction, waiting, clock.now())
    // Written even if it was resolved before: that transaction may have failed.
    const written = ended.length === 0 ? [] : await writeSteps(transaction, ended)
    const held = new Set([...again, ...written].map(({ run }) => keyOf(run)))
    const isHeld = ({ job, run }: NoticeRow): boolean =>
      held.has(keys.find((key) => key.job === job && key.number === run)!)
    const seqs = rows.filter(isHeld).map(({ seq }) => seq)
    await transaction.query('DELETE FROM {schema}.notices WHERE seq = ANY($1::int8[])', [seqs])
    return { again, written }
  })
  for (const one of saved.again) applyDraft(one)
  return [...saved.written, ...saved.again.filter(({ step }) => step.state !== 'waiting')]
}
