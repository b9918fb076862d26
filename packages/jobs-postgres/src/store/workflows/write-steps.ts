import type { StepRecord } from '@cgk-platform/jobs-core/provider'
import { positionOf, type StoredRun, toStoredRecord, toText } from '@cgk-platform/jobs-local/engine'

import { columnsOf, type Queryable } from '../../database/database.ts'
import { keyOf } from '../rows.ts'
import { storedText } from '../stored-text.ts'

/** A step to save, after its record was changed in place. */
export interface StepChange {
  readonly run: StoredRun
  readonly step: StepRecord
}

/** The steps and the record that `writeSteps` writes. */
type Written = Pick<StepChange, 'run'> &
  Partial<StepChange> & {
    /** The record to write. Default: the step's. */
    readonly draft?: StepRecord
  }

/** SQL for the runs `r` that the worker which read them still holds, of rows `c` of `fenceColumns`. For the `CASE`, see `fence`. */
const isHeld =
  'r.job = c.job AND r.number = c.number AND r.is_open AND r.attempts = c.attempts ' +
  "AND r.retried_at IS NOT DISTINCT FROM c.retried_at AND CASE WHEN c.index > 0 THEN r.worker = c.worker AND r.phase = 'held' END"
const fenceColumns = '$1::text[], $2::int4[], $3::int8[], $4::int4[], $5::int8[], $6::text[]'
const fenceNames = 'job, number, worker, attempts, retried_at, workflow'

const saveSql = `
  WITH changes AS (
    SELECT * FROM unnest(${fenceColumns}, $7::text[], $8::float8[], $9::text[]) WITH ORDINALITY
      AS c (${fenceNames}, key, position, record, index)
  ), held AS MATERIALIZED (
    SELECT c.index, c.job, c.number, c.workflow, c.key FROM changes c JOIN {schema}.runs r ON ${isHeld}
    ORDER BY c.job, c.number FOR NO KEY UPDATE OF r
  ), recorded AS (
    UPDATE {schema}.runs r SET workflow = h.workflow FROM (SELECT DISTINCT ON (job, number) * FROM held) h
    WHERE r.job = h.job AND r.number = h.number AND r.is_open AND r.workflow IS DISTINCT FROM h.workflow
  ), written AS (
    INSERT INTO {schema}.steps (job, run, key, position, record)
    SELECT c.job, c.number, c.key, c.position, c.record FROM changes c JOIN held USING (index) WHERE c.key IS NOT NULL
    ON CONFLICT (job, run, key) DO UPDATE SET position = excluded.position, record = excluded.record
  ), removed AS (
    DELETE FROM {schema}.waits w USING held h WHERE w.job = h.job AND w.run = h.number AND w.key = h.key
  )
  SELECT index::int4 FROM held`

/**
 * Writes the records of steps and of their runs, and removes the waits of these steps. Locks the runs.
 *
 * @param changes - no step twice. Without a step: the record of the run alone.
 *
 * @returns those of `changes` whose worker still holds the run. Nothing is written for others.
 */
export async function writeSteps<Change extends Written>(
  transaction: Queryable,
  changes: readonly Change[],
): Promise<Change[]> {
  const keys = changes.map(({ run }) => keyOf(run))
  const rows = await transaction.query<{ index: number }>(saveSql, [
    ...columnsOf(keys, 'job', 'number', 'worker'),
    changes.map(({ run }) => run.attempts),
    changes.map(({ run }) => run.retriedAt ?? null),
    changes.map(({ run }) => toStoredRecord(run.workflow!)),
    changes.map(({ step }) => (step ? storedText(step.key) : null)),
    changes.map(({ run, step }) => (step ? positionOf(run.workflow!.steps, step) : null)),
    changes.map(({ step, draft = step }) => toText(draft)),
  ])
  return rows.map(({ index }) => changes[index - 1]!)
}
