import type { StepRecord, WorkflowRecord } from '@cgk-platform/jobs-core/provider'

import { fromText } from './json-column.ts'

/** A stored step: its position and its record as JSON. */
export type StepRow = readonly [position: number, record: string]

/** Positions of steps among those of their run. Set once a step was read or written. */
const positions = new WeakMap<StepRecord, number>()

/** Serializes a record for its run's row, without its steps and their count. */
export function toStoredRecord({ steps: _, ended: __, ...record }: WorkflowRecord): string {
  return JSON.stringify(record)
}

/** Converts a workflow's record. Returns `undefined` if it is damaged. @param rows - in the order of their positions */
export function toRecord(stored: string, rows: readonly StepRow[]): WorkflowRecord | undefined {
  const record = fromText(stored) as Omit<WorkflowRecord, 'steps' | 'ended'> | undefined
  const steps: StepRecord[] = []
  for (const [position, text] of rows) {
    const step = toStep(text)
    if (!step) return undefined
    positions.set(step, position)
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

/** Returns a position between a step's neighbors, because a step can be called late, before others that are stored. */
export function positionOf(steps: readonly StepRecord[], step: StepRecord): number {
  const known = positions.get(step)
  if (known !== undefined) return known
  const index = steps.lastIndexOf(step)
  const before = positions.get(steps[index - 1] ?? step) ?? index - 1
  const after = positions.get(steps[index + 1] ?? step)
  const position = after === undefined ? before + 1 : (before + after) / 2
  positions.set(step, position)
  return position
}
