import { type Clock, type JobHost, leaveForAnother } from '@cgk-platform/jobs-core/provider'
import {
  missingDefinitionOf,
  type StoredJob,
  subscribersOf,
  type WorkerDefinition,
} from '@cgk-platform/jobs-local/engine'

import { columnsOf, type Queryable } from '../../database/database.ts'
import type { Hints } from '../changes.ts'
import { toStoredJob } from '../rows.ts'
import { endJobWaits, resolveEventWaits } from '../workflows/waits.ts'
import { debounceRuns } from './debounce-runs.ts'
import { type Elsewhere, readElsewhere } from './definitions-elsewhere.ts'
import { createNewRun, type NewRun } from './new-runs.ts'
import { type ArrivedRow, postponeJobs } from './take-arrivals.ts'

/** Time that a job waits for a worker with its definition, in milliseconds: one day. */
const unclaimedForMs = 24 * 60 * 60 * 1000

/** The services and facts that a dispatch uses. */
export interface DispatchOptions {
  readonly host: Pick<JobHost, 'jobs' | 'logger'>
  readonly clock: Clock
  readonly worker: number
  /** The definitions of the worker. */
  readonly definitions: readonly WorkerDefinition[]
  /** By the clock of the database. */
  readonly now: number
  readonly hints: Hints
}

/** The result of a dispatch. */
export interface Dispatched {
  readonly due: readonly StoredJob[]
  /** Runs to write. */
  readonly runs: readonly NewRun[]
  /** Jobs whose waits are to be ended once the runs are written: some of them are superseded from their start. */
  readonly superseded: readonly string[]
  readonly unhandled: readonly string[]
  readonly unclaimed: readonly string[]
}

/** Creates the runs of jobs that were taken. The others end, or wait for another worker. */
export async function dispatchJobs(
  transaction: Queryable,
  rows: readonly ArrivedRow[],
  options: DispatchOptions,
): Promise<Dispatched> {
  if (rows.length === 0) return { due: [], runs: [], superseded: [], unhandled: [], unclaimed: [] }
  const { host, clock, worker, definitions, now, hints } = options
  const all = rows.map((row) => ({ row, job: toStoredJob(row) }))
  const postponed: Parameters<typeof postponeJobs>[1][number][] = []
  const taken = all.filter(({ row, job }) => {
    const left = leaveForAnother(job.envelope, { clock, logger: host.logger })
    if (left) postponed.push({ row, until: left.againAt, unclaimed: false })
    return !left
  })
  const envelopes = taken.map(({ job }) => job.envelope)
  const events = envelopes.map(({ event }) => event)
  const read = (): Promise<Elsewhere> => readElsewhere(transaction, worker, definitions, events)
  const [resolved, found] = await Promise.all([resolveEventWaits(transaction, envelopes, now, hints), read()])
  let elsewhere = found
  const missingOf = (job: StoredJob): string | undefined => missingDefinitionOf(job, host.jobs)
  const isUnknown = (job: StoredJob): boolean => missingOf(job) !== undefined && !elsewhere.isKnown(missingOf(job)!)
  if (taken.some(({ job }) => isUnknown(job))) {
    // A worker that is about to have the definition would not see that the job waits for it.
    await transaction.query('LOCK TABLE {schema}.definitions IN SHARE MODE')
    elsewhere = await read()
  }
  const runs: NewRun[] = []
  const ended: { readonly id: string; readonly state: 'completed' | 'unhandled' }[] = []
  const unhandled: string[] = []
  const unclaimed: string[] = []
  for (const [index, { row, job }] of taken.entries()) {
    const { id, event, waitsOnly } = job.envelope
    const subscribers = subscribersOf(job, host.jobs, (name) => elsewhere.subscribersOf(name))
    if (subscribers.length > 0) runs.push(...subscribers.map((subscriber) => createNewRun(job, subscriber)))
    // A workflow has handled the event.
    else if (resolved[index]! > 0 || waitsOnly) ended.push({ id, state: 'completed' })
    else if (!row.unclaimed && isUnknown(job)) {
      unclaimed.push(event)
      postponed.push({ row, until: now + unclaimedForMs, unclaimed: true })
    } else {
      unhandled.push(event)
      ended.push({ id, state: 'unhandled' })
    }
  }
  await postponeJobs(transaction, postponed)
  const superseded = await debounceRuns(transaction, runs, now)
  await endJobs(transaction, ended)
  await endJobWaits(
    transaction,
    ended.map(({ id }) => id),
    now,
    hints,
  )
  return { due: all.map(({ job }) => job), runs, superseded, unhandled, unclaimed }
}

/** Ends jobs that get no runs. */
async function endJobs(
  transaction: Queryable,
  jobs: readonly { readonly id: string; readonly state: 'completed' | 'unhandled' }[],
): Promise<void> {
  if (jobs.length === 0) return
  await transaction.query(
    'UPDATE {schema}.jobs j SET state = e.state, ended_at = {schema}.now_ms() ' +
      'FROM unnest($1::text[], $2::text[]) AS e (id, state) WHERE j.id = e.id',
    columnsOf(jobs, 'id', 'state'),
  )
}
