import type { Outcome } from '@cgk-platform/jobs-core/provider'
import { errorGroupOf } from '@cgk-platform/jobs-core/scheduling'
import { compensationStates, type StoredRun, toText } from '@cgk-platform/jobs-local/engine'

import { columnsOf, type Queryable, type SqlValue } from '../../database/database.ts'
import type { Hints } from '../changes.ts'
import { keyOf } from '../rows.ts'

/** An attempt that has ended. */
export interface EndedAttempt<Kind extends Outcome = Outcome> {
  readonly run: StoredRun
  readonly attempt: number
  readonly outcome: Kind
  /** Whether to release the slot at once. Otherwise a handler still runs, and releases it later. */
  readonly releasesSlot: boolean
}

/** A column of a table of ended attempts, for an SQL statement. */
export interface AttemptColumn<Kind extends Outcome> {
  readonly name: string
  readonly type: 'text' | 'int8' | 'boolean'
  readonly of: (attempt: EndedAttempt<Kind>) => string | number | boolean | null
}

/**
 * Returns an SQL table `e` of ended attempts with its values: the members of the fence, the given columns, and the place
 * `i` of each attempt, from 1. The arrays are in sub-selects, because a planner that knows their length may read the whole
 * other table instead of its index.
 */
export function tableOf<Kind extends Outcome>(
  ended: readonly EndedAttempt<Kind>[],
  columns: readonly AttemptColumn<Kind>[] = [],
): { readonly table: string; readonly values: readonly SqlValue[] } {
  const keys = ended.map(({ run }) => keyOf(run))
  const types = ['text', 'int4', 'int8', 'int4', 'int8', ...columns.map(({ type }) => type)]
  const arrays = types.map((type, index) => `(SELECT $${index + 1}::${type}[])`)
  const names = ['job', 'number', 'worker', 'attempt', 'retried_at', ...columns.map(({ name }) => name), 'i']
  return {
    table: `unnest(${arrays.join(', ')}) WITH ORDINALITY AS e(${names.join(', ')})`,
    values: [
      ...columnsOf(keys, 'job', 'number', 'worker'),
      ended.map(({ attempt }) => attempt),
      ended.map(({ run }) => run.retriedAt ?? null),
      ...columns.map((column) => ended.map((attempt) => column.of(attempt))),
    ],
  }
}

/**
 * Fencing condition: a worker still holds the attempt. `step.restart` counts attempts from 1 again, but then the run has
 * another `retried_at`.
 *
 * The worker, the phase and the state are tested by a condition of both tables: otherwise a planner that expects few such
 * runs reads all of them, and looks for each in all attempts.
 */
export const fence: string =
  'r.job = e.job AND r.number = e.number AND r.is_open AND r.attempts = e.attempt ' +
  'AND r.retried_at IS NOT DISTINCT FROM e.retried_at AND ' +
  `CASE WHEN e.i > 0 THEN r.worker = e.worker AND r.phase IN ('held', 'joined') AND (r.state = 'running' OR r.compensation = ${compensationStates.running}) END`

type End = Extract<Outcome, { readonly type: 'completed' | 'failed' }>

/** Returns whether an outcome changes nothing but its run. */
export function isPlain({ run, outcome: { type }, releasesSlot }: EndedAttempt): boolean {
  const isEnd = type === 'completed' || type === 'failed'
  return isEnd && releasesSlot && !run.workflow && !run.compensating && run.probationEndsAt === undefined
}

/**
 * Records outcomes in one statement, as most of them allow. Returns those that remain to be recorded in a transaction: all
 * of them if one changes more than its run, else those whose run has changed since the attempt began.
 */
export async function endPlainly(
  queryable: Queryable,
  ended: readonly EndedAttempt[],
  hints: Hints,
): Promise<readonly EndedAttempt[]> {
  if (!ended.every(isPlain)) return ended
  try {
    const row = await endRuns(queryable, ended, false)
    if (row.has_limits) hints.work()
    const places = new Set(row.ended?.map(Number))
    return ended.filter((_, index) => !places.has(index + 1))
  } catch {
    return ended // a workflow waits for one of the jobs, or the transaction meets the same problem
  }
}

/** Ends runs whose ends are plain. @param isOfApp - whether the transaction is one of the app */
export async function endRuns(
  queryable: Queryable,
  ended: readonly EndedAttempt[],
  isOfApp: boolean,
): Promise<EndedRow> {
  const { values } = tableOf(ended as readonly EndedAttempt<End>[], endColumns)
  const definitions = [...new Set(ended.map(({ run }) => run.definitionId))]
  const lanes = ended.map(({ run }) => keyOf(run).lane)
  const sql = 'SELECT * FROM {schema}.end_runs($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)'
  const [row] = await queryable.query<EndedRow>(sql, [definitions, lanes, ...values, isOfApp])
  return row!
}

interface EndedRow {
  readonly ended: readonly number[] | null
  readonly has_limits: boolean | null
  readonly has_waits: boolean | null
}

/** The columns of an end. */
export const endColumns = [
  { name: 'state', type: 'text', of: ({ outcome }: EndedAttempt): string => outcome.type },
  {
    name: 'output',
    type: 'text',
    of: ({ outcome }: EndedAttempt): string | null => ('output' in outcome ? toText(outcome.output) : null),
  },
  {
    name: 'error',
    type: 'text',
    of: ({ outcome }: EndedAttempt): string | null => ('error' in outcome ? toText(outcome.error) : null),
  },
  {
    name: 'error_group',
    type: 'text',
    of: ({ outcome }: EndedAttempt): string | null => ('error' in outcome ? errorGroupOf(outcome.error) : null),
  },
] as const
