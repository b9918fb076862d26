import { stateOfRuns } from '../../../records/state-of-runs.ts'
import { isRunOf } from '../tables/rows.ts'

const isNewest =
  'NOT EXISTS (SELECT 1 FROM cgk_runs o WHERE o.run > r.run AND o.run <= j.seq << 20 | 1048575 ' +
  'AND o.definition_id = r.definition_id)'
const stateOfSeveral = `(SELECT ${stateOfRuns} FROM cgk_runs r WHERE ${isRunOf('j.seq')} AND ${isNewest})`
const stateOfOne = '(SELECT r.state FROM cgk_runs r WHERE r.run = j.seq << 20 | 1)'
// Read only if needed: the row of a job is large, and not in the index that found it.
const stateOfNone =
  "(SELECT iif(n.state IN ('taken', 'arrived'), 'queued', n.state) FROM cgk_jobs n WHERE n.seq = j.seq)"

/** SQL for the state of the job `j`. Most jobs have one run. */
export const stateSql: string =
  `CASE WHEN EXISTS (SELECT 1 FROM cgk_runs r WHERE r.run = j.seq << 20 | 2) THEN ${stateOfSeveral} ` +
  `ELSE ifnull(${stateOfOne}, ${stateOfNone}) END`
