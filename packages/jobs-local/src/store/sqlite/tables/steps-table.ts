import type { StepRecord, WorkflowRecord } from '@cgk-platform/jobs-core/provider'

import type { StoredRun } from '../../../records/stored-run.ts'
import type { Connection } from '../file/connection.ts'
import { fromText, keyOf, phases } from './rows.ts'

/** Positions of steps among those of their run. Set once a step was read or written. */
const positions = new WeakMap<StepRecord, number>()

/** Serializes a record for its run's row, without its steps and their count. */
export function toStoredRecord({ steps: _, ended: __, ...record }: WorkflowRecord): string {
  return JSON.stringify(record)
}

/**
 * Reads a workflow's record with its steps, in the order in which its code called them. Returns `undefined` if it is
 * damaged.
 */
export function readRecord(connection: Connection, run: number, stored: string): WorkflowRecord | undefined {
  const sql = 'SELECT position, record FROM cgk_steps WHERE run = ? ORDER BY position'
  const record = fromText(stored) as Omit<WorkflowRecord, 'steps' | 'ended'> | undefined
  const steps: StepRecord[] = []
  for (const row of connection.all<{ position: number; record: string }>(sql, run)) {
    const step = toStep(row.record)
    if (!step) return undefined
    positions.set(step, row.position)
    steps.push(step)
  }
  const ended = steps.reduce((max, { order = 0 }) => Math.max(max, order), 0)
  return record && { ...record, steps, ended }
}

/** Parses a stored step. Returns `undefined` if it is damaged. */
export function toStep(stored: string): StepRecord | undefined {
  const step = fromText(stored) as StepRecord | null | undefined
  return typeof step?.key === 'string' ? step : undefined
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

/** Returns a position between a step's neighbors, because a step can be called late, before others that are stored. */
function positionOf(steps: readonly StepRecord[], step: StepRecord): number {
  const known = positions.get(step)
  if (known !== undefined) return known
  const index = steps.lastIndexOf(step)
  const before = positions.get(steps[index - 1] ?? step) ?? index - 1
  const after = positions.get(steps[index + 1] ?? step)
  const position = after === undefined ? before + 1 : (before + after) / 2
  positions.set(step, position)
  return position
}

/** Writes the record of a run without its steps. Returns false if the worker that read the run no longer holds it. */
export function writeRecord(connection: Connection, run: StoredRun): boolean {
  const { run: key, worker } = keyOf(run)
  const sql = `UPDATE cgk_runs SET workflow = ? WHERE run = ? AND worker = ? AND phase = ${phases.held} AND retried_at IS ?`
  return connection.run(sql, toStoredRecord(run.workflow!), key, worker, run.retriedAt ?? null) > 0
}
