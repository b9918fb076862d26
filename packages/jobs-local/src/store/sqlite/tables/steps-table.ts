import type { StepRecord, WorkflowRecord } from '@cgk-platform/jobs-core/provider'

import type { StoredRun } from '../../../records/stored-run.ts'
import { positionOf, type StepRow, toRecord, toStoredRecord } from '../../../records/stored-steps.ts'
import type { Connection } from '../file/connection.ts'
import { keyOf, phases } from './rows.ts'

/**
 * Reads a workflow's record with its steps, in the order in which its code called them. Returns `undefined` if it is
 * damaged.
 */
export function readRecord(connection: Connection, run: number, stored: string): WorkflowRecord | undefined {
  const sql = 'SELECT position, record FROM cgk_steps WHERE run = ? ORDER BY position'
  const rows = connection.rows<StepRow>(sql, run)
  return toRecord(stored, rows)
}

/** Writes a step of a run. */
export function writeStep(connection: Connection, run: StoredRun, step: StepRecord): void {
  writeStepAt(connection, keyOf(run).run, step, positionOf(run.workflow!.steps, step))
}

/** Writes the initial steps of a run. */
export function writeSteps(connection: Connection, run: number, steps: StepRecord[]): void {
  for (const [index, step] of steps.entries()) writeStepAt(connection, run, step, index)
}

function writeStepAt(connection: Connection, run: number, step: StepRecord, position: number): void {
  const sql = 'INSERT OR REPLACE INTO cgk_steps (run, key, position, record) VALUES (?, ?, ?, ?)'
  connection.run(sql, run, step.key, position, JSON.stringify(step))
}

/** Writes the record of a run without its steps. Returns false if the worker that read the run no longer holds it. */
export function writeRecord(connection: Connection, run: StoredRun): boolean {
  const { run: key, worker } = keyOf(run)
  const sql = `UPDATE cgk_runs SET workflow = ? WHERE run = ? AND worker = ? AND phase = ${phases.held} AND retried_at IS ?`
  return connection.run(sql, toStoredRecord(run.workflow!), key, worker, run.retriedAt ?? null) > 0
}
