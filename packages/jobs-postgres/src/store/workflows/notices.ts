import { type Clock, type Envelope, resolveEventWait, type StepRecord } from '@cgk-platform/jobs-core/provider'
import { applyJob, groupBy, type ResolvedStep, type StoredRun } from '@cgk-platform/jobs-local/engine'

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

/** The notices of results, by their runs. */
type NoticesOf = Map<StoredRun, readonly number[]>

/** The changes that others have made to the runs of a worker. */
export interface NoticedChanges {
  readonly resolved: readonly ResolvedStep[]
  readonly cancelled: readonly StoredRun[]
  /** The notices of the resolved steps. They stay until their runs know of these: one that is suspended before resumes at once. */
  readonly notices: NoticesOf
}

interface NoticeRow {
  readonly seq: number
  readonly job: string
  readonly run: number
  readonly key: string | null
  readonly event: string | null
}

/**
 * Takes the notices of a worker.
 *
 * @param runOf - returns a run that it holds
 * @param taken - notices that were taken before
 */
export async function takeNotices(
  reads: NoticeReads,
  worker: number,
  runOf: (job: string, number: number) => StoredRun | undefined,
  taken: readonly number[] = [],
): Promise<NoticedChanges> {
  const sql =
    'SELECT seq, job, run, key, event FROM {schema}.notices WHERE worker = $1 AND seq <> ALL($2::int8[]) ORDER BY seq'
  const rows = await reads.queryable.query<NoticeRow>(sql, [worker, taken])
  if (rows.length === 0) return { resolved: [], cancelled: [], notices: new Map() }
  const runsOf = (notices: readonly NoticeRow[]): StoredRun[] => [
    ...new Set(notices.flatMap(({ job, run }) => runOf(job, run) ?? [])),
  ]
  const { resolved, notices } = await apply(reads, runsOf(rows.filter(({ key }) => key !== null)), taken)
  const cancels = rows.filter(({ key }) => key === null)
  if (cancels.length > 0) {
    const seqs = cancels.map(({ seq }) => seq)
    await reads.change((transaction) => deleteNotices(transaction, seqs))
  }
  return { resolved, cancelled: runsOf(cancels), notices }
}

/** Deletes notices. */
export async function deleteNotices(transaction: Queryable, seqs: readonly number[]): Promise<void> {
  await transaction.query('DELETE FROM {schema}.notices WHERE seq = ANY($1::int8[])', [seqs])
}

/** Applies the results of waits that came before the runs were claimed. */
export async function applyNotices(reads: NoticeReads, runs: readonly StoredRun[]): Promise<void> {
  const { notices } = await apply(reads, runs, [])
  const seqs = [...notices.values()].flat()
  if (seqs.length > 0) await reads.change((transaction) => deleteNotices(transaction, seqs))
}

/** Applies the results of waits that came while a worker held the runs, this one or an earlier one. */
async function apply(
  reads: NoticeReads,
  runs: readonly StoredRun[],
  taken: readonly number[],
): Promise<Pick<NoticedChanges, 'resolved' | 'notices'>> {
  if (runs.length === 0) return { resolved: [], notices: new Map() }
  const { queryable, change, clock } = reads
  const keys = runs.map((run) => keyOf(run))
  const sql =
    'SELECT seq, job, run, key, event FROM {schema}.notices WHERE key IS NOT NULL ' +
    'AND (job, run) IN (SELECT * FROM unnest($1::text[], $2::int4[])) AND seq <> ALL($3::int8[]) ORDER BY seq'
  const rows = await queryable.query<NoticeRow>(sql, [...columnsOf(keys, 'job', 'number'), taken])
  if (rows.length === 0) return { resolved: [], notices: new Map() }
  const steps = new Map<StepRecord, StoredRun>()
  const runOf = (row: NoticeRow): StoredRun =>
    runs[keys.findIndex(({ job, number }) => job === row.job && number === row.run)]!
  for (const row of rows) {
    const run = runOf(row)
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
    return { again, written }
  })
  for (const one of saved.again) applyDraft(one)
  const held = new Set([...saved.again, ...saved.written].map(({ run }) => run))
  const notices = new Map(
    Array.from(groupBy(rows, runOf), ([run, own]) => [run, own.map(({ seq }) => seq)] as const).filter(([run]) =>
      held.has(run),
    ),
  )
  const resolved = [...saved.written, ...saved.again.filter(({ step }) => step.state !== 'waiting')]
  return { resolved, notices }
}
