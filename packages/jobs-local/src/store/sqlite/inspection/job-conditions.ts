import type { SQLInputValue } from 'node:sqlite'

import type { InspectFilter } from '@cgk-platform/jobs-core/provider'

import { isRunOf } from '../tables/rows.ts'
import { stateSql } from './state-sql.ts'
import type { TimeRange } from './time-range.ts'

/** An SQL condition with its values. */
export interface Condition {
  readonly sql: string
  readonly values: readonly SQLInputValue[]
}

const sentAt = "(SELECT iif(json_valid(envelope), envelope ->> 'sentAt', 0) FROM cgk_jobs n WHERE n.seq = j.seq)"
// The plus signs keep SQLite from searching the index of ends for each job.
const isEndIn = (ended: string): string => `+${ended} >= ? AND +${ended} < ?`
const ofRun = `SELECT 1 FROM cgk_runs r WHERE ${isRunOf('j.seq')}`
// The text as JSON is a part of the error's, so the error is parsed only if that is found.
const hasText =
  'r.error IS NOT NULL AND instr(lower(r.error), ?) AND json_valid(r.error) AND ' +
  "(instr(lower(r.error ->> 'name'), ?) OR instr(lower(r.error ->> 'message'), ?))"

// The envelope is parsed only if the text is anywhere in it.
const isInPayload =
  "instr(lower(n.envelope), ?) AND json_valid(n.envelope) AND instr(lower(n.envelope -> 'payload'), ?)"

/** Returns whether a filter searches in texts, which takes longer for each job. */
export function searchesTexts({ errorText, payloadText }: InspectFilter): boolean {
  return (errorText ?? payloadText) !== undefined
}

/** Returns the condition that the job `j` matches a filter. */
export function conditionOf(filter: InspectFilter, time: TimeRange): Condition {
  const {
    tenantId,
    event,
    definitionId,
    reference,
    states,
    since,
    until,
    endedSince,
    endedUntil,
    errorText,
    payloadText,
    errorGroup,
  } = filter
  const conditions: Condition[] = []
  const add = (sql: string, ...values: SQLInputValue[]): void => void conditions.push({ sql, values })
  if (since !== undefined || until !== undefined) {
    add('j.id > ? AND j.id < ?', time.above, time.below)
    if (!time.isExact) add(`${sentAt} BETWEEN ? AND ?`, since ?? 0, (until ?? Number.MAX_SAFE_INTEGER) - 1)
  }
  if (tenantId !== undefined) add('j.tenant = ?', tenantId)
  if (event !== undefined) add('j.event = ?', event)
  if (reference !== undefined)
    add('EXISTS (SELECT 1 FROM cgk_references WHERE reference = ? AND job = j.seq)', reference)
  if (definitionId !== undefined) add(`EXISTS (${ofRun} AND r.definition_id = ?)`, definitionId)
  if (states !== undefined) add(`${stateSql} IN (${states.map(() => '?').join(', ')})`, ...states)
  if (endedSince !== undefined || endedUntil !== undefined) {
    const times = [endedSince ?? 0, endedUntil ?? Number.MAX_SAFE_INTEGER]
    const ofJob = `SELECT 1 FROM cgk_jobs n WHERE n.seq = j.seq AND ${isEndIn('n.ended_at')}`
    add(`(EXISTS (${ofRun} AND ${isEndIn('r.ended_at')}) OR EXISTS (${ofJob}))`, ...times, ...times)
  }
  if (errorText !== undefined) {
    const text = lower(errorText)
    add(`EXISTS (${ofRun} AND ${hasText})`, lower(JSON.stringify(errorText).slice(1, -1)), text, text)
  }
  if (payloadText !== undefined) {
    const text = lower(JSON.stringify(payloadText).slice(1, -1))
    add(`EXISTS (SELECT 1 FROM cgk_jobs n WHERE n.seq = j.seq AND ${isInPayload})`, text, text)
  }
  if (errorGroup !== undefined) {
    const ofDefinition = definitionId === undefined ? [] : [definitionId]
    add(
      `EXISTS (${ofRun} AND r.error_group = ? AND r.state IN ('failed', 'retrying')${ofDefinition.map(() => ' AND r.definition_id = ?').join('')})`,
      errorGroup,
      ...ofDefinition,
    )
  }
  return {
    sql: conditions.length === 0 ? '1' : conditions.map(({ sql }) => sql).join(' AND '),
    values: conditions.flatMap(({ values }) => values),
  }
}

/** Converts ASCII letters, as SQLite's `lower` does. */
function lower(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
}
