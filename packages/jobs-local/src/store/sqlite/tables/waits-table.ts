import {
  resolveEventWait,
  failPastWait,
  decodeEnvelope,
  notUnderstood,
  type Envelope,
  type StepRecord,
} from '@cgk-platform/jobs-core/provider'
import { beforeJobIdsSince, signalOf } from '@cgk-platform/jobs-core/scheduling'

import { applyJob, toEventNotice } from '../../../records/apply-job.ts'
import { maxPastEvents } from '../../../rules/max-past-events.ts'
import type { StoredRun } from '../../../records/stored-run.ts'
import type { Connection } from '../file/connection.ts'
import type { JobsReader } from './jobs-reader.ts'
import { isRunOf, keyOf, phases, type RunKey } from './rows.ts'
import { writeStep } from './steps-table.ts'

/** The dependencies of `WaitsTable`. */
export interface WaitsTableDependencies {
  readonly connection: Connection
  readonly reader: JobsReader
  readonly wake: (run: StoredRun) => void
}

interface WaitRow {
  readonly run: number
  readonly key: string
  readonly phase: number | null
  readonly worker: number | null
}

interface PastEventRow {
  readonly id: string
  readonly envelope: string
}

const pastEventsPage = 100
/**
 * Ids begin with the time of the send. A job that is not yet due resolves the wait when it is. A cancelled one does not
 * count.
 */
const pastEventsWhere =
  'tenant = ? AND event = ? AND id > ? ' +
  "AND seq <= (SELECT taken FROM cgk_meta) AND state NOT IN ('scheduled', 'arrived', 'cancelled') " +
  `AND (NOT EXISTS (SELECT 1 FROM cgk_runs WHERE ${isRunOf('seq')}) ` +
  `OR EXISTS (SELECT 1 FROM cgk_runs WHERE ${isRunOf('seq')} AND state <> 'cancelled')) ORDER BY id LIMIT ?`
const pastEventsSql = `SELECT id, envelope FROM cgk_jobs WHERE ${pastEventsWhere}`
/** Signals are found by the job that they are for. */
const pastSignalsSql =
  'SELECT id, envelope FROM cgk_references CROSS JOIN cgk_jobs ON seq = job ' +
  `WHERE reference = ? AND ${pastEventsWhere}`

const columns = 'w.run, w.key, r.phase, r.worker'
const joined = 'cgk_waits w JOIN cgk_runs r ON r.run = w.run'

/**
 * The open waits of workflows: for events of their tenant, and for jobs that they sent. The result for a suspended run
 * is written to its record. The record of a running attempt is in its worker's memory, so that worker gets a notice
 * instead.
 */
export class WaitsTable {
  readonly #dependencies: WaitsTableDependencies

  /** Whether there are waits for events and for jobs. Cached per transaction, because usually there are none. */
  #cachedKinds: { readonly events: boolean; readonly jobs: boolean } | undefined

  constructor(dependencies: WaitsTableDependencies) {
    this.#dependencies = dependencies
  }

  /** Clears the cache of the previous transaction. */
  begin(): void {
    this.#cachedKinds = undefined
  }

  get #kinds(): { readonly events: boolean; readonly jobs: boolean } {
    if (this.#cachedKinds) return this.#cachedKinds
    const sql =
      'SELECT EXISTS (SELECT 1 FROM cgk_waits WHERE event IS NOT NULL) AS events, ' +
      'EXISTS (SELECT 1 FROM cgk_waits WHERE for_job IS NOT NULL) AS jobs'
    const { events, jobs } = this.#dependencies.connection.get<{ events: number; jobs: number }>(sql)!
    this.#cachedKinds = { events: events === 1, jobs: jobs === 1 }
    return this.#cachedKinds
  }

  /** Adds the wait of a step that waits, and removes it otherwise. */
  update(run: StoredRun, step: StepRecord): void {
    const { connection } = this.#dependencies
    const { run: id } = keyOf(run)
    const { key, state, event, jobId } = step
    if (state !== 'waiting' || (event === undefined && jobId === undefined)) {
      connection.run('DELETE FROM cgk_waits WHERE run = ? AND key = ?', id, key)
      return
    }
    this.#cachedKinds = undefined
    const sql = 'INSERT OR REPLACE INTO cgk_waits (run, key, tenant, event, for_job) VALUES (?, ?, ?, ?, ?)'
    connection.run(sql, id, key, run.job.envelope.tenantId, event ?? null, jobId ?? null)
  }

  /**
   * Resolves a new wait with events and jobs since the code called the step, or since the time that the wait names.
   * Before the wait is written, other processes cannot resolve it.
   */
  resolveFromPast(run: StoredRun, step: StepRecord, now: number): void {
    const { connection, reader } = this.#dependencies
    if (step.jobId !== undefined) {
      applyJob(run.workflow!, step, reader.job(step.jobId), { provider: 'local', now })
      return
    }
    if (step.event === undefined) return
    const { tenantId } = run.job.envelope
    let read = 0
    let after = beforeJobIdsSince(step.since ?? step.startedAt)
    while (true) {
      const values = [tenantId, step.event, after, pastEventsPage] as const
      const page =
        signalOf(step.event) === undefined
          ? connection.all<PastEventRow>(pastEventsSql, ...values)
          : connection.all<PastEventRow>(pastSignalsSql, String(step.match?.['jobId']), ...values)
      for (const { envelope } of page) {
        if (read++ === maxPastEvents) return failPastWait(run.workflow!, step, maxPastEvents, now)
        const event = decodeEnvelope(envelope)
        if (event && notUnderstood(event).length === 0 && resolveEventWait(run.workflow!, step, event, now)) return
      }
      if (page.length < pastEventsPage) return
      after = page.at(-1)!.id
    }
  }

  /** Removes the waits of a run that has ended. */
  removeAll({ run }: Pick<RunKey, 'run'>): void {
    const { connection } = this.#dependencies
    connection.run('DELETE FROM cgk_waits WHERE run = ?', run)
    connection.run('DELETE FROM cgk_notices WHERE run = ?', run)
  }

  /** Resolves the waits that match an event. Returns their number. */
  resolveEventWaits(envelope: Envelope, now: number): number {
    const { connection } = this.#dependencies
    if (!this.#kinds.events) return 0
    const { tenantId, event } = envelope
    const sql = `SELECT ${columns} FROM ${joined} WHERE w.tenant = ? AND w.event = ?`
    let resolved = 0
    for (const wait of connection.all<WaitRow>(sql, tenantId, event)) {
      const run = this.#dependencies.reader.workflowRun(wait.run)
      const step = stepOf(run, wait.key)
      if (!run || !step || !resolveEventWait(run.workflow!, step, envelope, now)) continue
      this.#resolve(wait, run, step, toEventNotice(envelope))
      resolved++
    }
    return resolved
  }

  /** Resolves the waits for a job if one of its runs has ended or the job no longer exists. */
  resolveJobWaits(jobId: string, now: number): void {
    if (!this.#kinds.jobs) return
    const { connection, reader } = this.#dependencies
    const sql = `SELECT ${columns} FROM ${joined} WHERE w.for_job = ?`
    const waits = connection.all<WaitRow>(sql, jobId)
    if (waits.length === 0) return
    const job = reader.job(jobId)
    for (const wait of waits) {
      const run = reader.workflowRun(wait.run)
      const step = stepOf(run, wait.key)
      if (run && step && applyJob(run.workflow!, step, job, { provider: 'local', now }))
        this.#resolve(wait, run, step, null)
    }
  }

  /** Applies a notice. If another wait of the run got the event before, the step still waits. */
  #applyEvent(run: StoredRun, step: StepRecord, event: Envelope, now: number): void {
    if (resolveEventWait(run.workflow!, step, event, now) || step.state !== 'waiting') return
    this.resolveFromPast(run, step, now)
    this.update(run, step)
  }

  #resolve({ run: id, key, phase, worker }: WaitRow, run: StoredRun, step: StepRecord, event: string | null): void {
    const { connection, wake } = this.#dependencies
    connection.run('DELETE FROM cgk_waits WHERE run = ? AND key = ?', id, key)
    if (phase === phases.held && worker !== null) {
      const sql = 'INSERT INTO cgk_notices (worker, run, key, event) VALUES (?, ?, ?, ?)'
      connection.run(sql, worker, id, key, event)
      return
    }
    writeStep(connection, run, step)
    wake(run)
  }

  /** Applies the notices of a run to its record. Returns the resolved steps. */
  takeNotices(run: StoredRun, now: number): StepRecord[] {
    const { connection, reader } = this.#dependencies
    const { run: id } = keyOf(run)
    const where = 'run = ? AND key IS NOT NULL'
    const notices = connection.all<{ key: string; event: string | null }>(
      `SELECT key, event FROM cgk_notices WHERE ${where} ORDER BY seq`,
      id,
    )
    const resolved: StepRecord[] = []
    for (const { key, event } of notices) {
      const step = stepOf(run, key)
      if (!step) continue
      if (event === null) applyJob(run.workflow!, step, reader.job(step.jobId ?? ''), { provider: 'local', now })
      else this.#applyEvent(run, step, JSON.parse(event) as Envelope, now)
      // Write the step even if it was resolved before: that transaction may have been rolled back.
      writeStep(connection, run, step)
      if (step.state !== 'waiting') resolved.push(step)
    }
    if (notices.length > 0) connection.run(`DELETE FROM cgk_notices WHERE ${where}`, id)
    return resolved
  }
}

function stepOf(run: StoredRun | undefined, key: string): StepRecord | undefined {
  return run?.workflow?.steps.find((step) => step.key === key)
}
