import type { JobState } from '@cgk-platform/jobs-core'
import { jobStateOf } from '@cgk-platform/jobs-core/provider'
import { jobStates } from '@cgk-platform/jobs-core/scheduling'

import { isRunOf } from '../tables/rows.ts'

/** The states in the order in which one of several runs determines the state of their job. */
const order: readonly JobState[] = jobStates.toSorted((one, other) =>
  jobStateOf([
    { definitionId: '1', state: one },
    { definitionId: '2', state: other },
  ]) === one
    ? -1
    : 1,
)

const rankOfRun = `CASE r.state ${order.map((state, rank) => `WHEN '${state}' THEN ${rank}`).join(' ')} END`
const isNewest =
  'NOT EXISTS (SELECT 1 FROM cgk_runs o WHERE o.run > r.run AND o.run <= j.seq << 20 | 1048575 ' +
  'AND o.definition_id = r.definition_id)'
const stateOfRank = `CASE min(${rankOfRun}) ${order.map((state, rank) => `WHEN ${rank} THEN '${state}'`).join(' ')} END`

const stateOfSeveral = `(SELECT ${stateOfRank} FROM cgk_runs r WHERE ${isRunOf('j.seq')} AND ${isNewest})`
const stateOfOne = '(SELECT r.state FROM cgk_runs r WHERE r.run = j.seq << 20 | 1)'
// Read only if needed: the row of a job is large, and not in the index that found it.
const stateOfNone =
  "(SELECT iif(n.state IN ('taken', 'arrived'), 'queued', n.state) FROM cgk_jobs n WHERE n.seq = j.seq)"

/** SQL for the state of the job `j`. Most jobs have one run. */
export const stateSql: string =
  `CASE WHEN EXISTS (SELECT 1 FROM cgk_runs r WHERE r.run = j.seq << 20 | 2) THEN ${stateOfSeveral} ` +
  `ELSE ifnull(${stateOfOne}, ${stateOfNone}) END`
