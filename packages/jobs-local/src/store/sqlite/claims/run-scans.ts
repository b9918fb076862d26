import { selectClaimed } from './held-run.ts'
import { phases } from '../tables/rows.ts'

/** A statement that finds the next one after some values, and one that may find these values themselves. */
interface Next {
  readonly after: string
  readonly from: string
}

/**
 * SQL that finds ready runs of a definition through an index, whatever number of runs waits. All of it is made once,
 * because statements are looked up by their text.
 */
export interface RunScan {
  /** Its next tenant. Values: the definition, and the tenant before. */
  readonly nextTenant: Next
  /** The next lane of a tenant. Values: definition, tenant, and the keys before. */
  readonly nextLane: Next
  /** The last lane of a tenant. Values: definition, tenant, and the throttle's key. */
  readonly lastLane: string
  /** The runs of a lane. Values: definition, tenant, keys, and their maximum number. */
  readonly runsOfLane: string
  /** Whether it finds all runs of a lane. */
  readonly isWhole: boolean
}

const { ready } = phases
const all = `FROM cgk_runs WHERE phase = ${ready} AND definition_id = ?1`
const again = `FROM cgk_runs INDEXED BY cgk_runs_again WHERE phase = ${ready} AND started_at IS NOT NULL AND definition_id = ?1`
const lanesOf = (from: string): string => `SELECT throttle_key, concurrency_key ${from} AND tenant = ?2`
const ofLane = `r.phase = ${ready} AND r.definition_id = ?1 AND r.tenant = ?2 AND r.throttle_key = ?3 AND r.concurrency_key = ?4`
const byKeys = 'ORDER BY throttle_key, concurrency_key LIMIT 1'
const byKey = 'ORDER BY concurrency_key LIMIT 1'
const inOrder = 'ORDER BY r.rank, r.run LIMIT ?5'

function next(sql: (operator: '>' | '>=') => string): Next {
  return { after: sql('>'), from: sql('>=') }
}

function nextTenantIn(from: string): Next {
  return next((operator) => `SELECT tenant ${from} AND tenant ${operator} ?2 ORDER BY tenant LIMIT 1`)
}

/** All ready runs. Their lanes have both keys. Compares the keys one by one: to compare pairs, SQLite reads all runs. */
const allRuns: RunScan = {
  nextTenant: nextTenantIn(all),
  nextLane: next(
    (operator) =>
      `SELECT * FROM (${lanesOf(all)} AND throttle_key = ?3 AND concurrency_key ${operator} ?4 ${byKeys}) ` +
      `UNION ALL SELECT * FROM (${lanesOf(all)} AND throttle_key > ?3 ${byKeys}) LIMIT 1`,
  ),
  lastLane: `${lanesOf(all)} AND throttle_key >= ?3 ORDER BY throttle_key DESC, concurrency_key DESC LIMIT 1`,
  runsOfLane: `${selectClaimed} WHERE ${ofLane} ${inOrder}`,
  isWhole: true,
}

/** The scans of the ready runs. */
export const runScans = {
  all: allRuns,
  /** The runs that have never started. */
  first: {
    ...allRuns,
    runsOfLane: `${selectClaimed} WHERE ${ofLane} AND r.started_at IS NULL ${inOrder}`,
    isWhole: false,
  },
  /** The runs of one throttle key that have never started. */
  firstOfKey: {
    nextTenant: nextTenantIn(all),
    nextLane: next((operator) => `${lanesOf(all)} AND throttle_key = ?3 AND concurrency_key ${operator} ?4 ${byKey}`),
    lastLane: `${lanesOf(all)} AND throttle_key = ?3 ORDER BY concurrency_key DESC LIMIT 1`,
    runsOfLane: `${selectClaimed} WHERE ${ofLane} AND r.started_at IS NULL ${inOrder}`,
    isWhole: false,
  },
  /** The runs that have started before: retries, resumed workflows, interrupted attempts. Their lanes have one key. */
  again: {
    nextTenant: nextTenantIn(again),
    nextLane: next(
      (operator) =>
        `SELECT '' AS throttle_key, concurrency_key ${again} AND tenant = ?2 AND ?3 = '' ` +
        `AND concurrency_key ${operator} ?4 ${byKey}`,
    ),
    lastLane: `SELECT '' AS throttle_key, concurrency_key ${again} AND tenant = ?2 AND ?3 = '' ORDER BY concurrency_key DESC LIMIT 1`,
    runsOfLane:
      `${selectClaimed} WHERE r.run IN (SELECT run ${again} AND tenant = ?2 AND ?3 = '' AND concurrency_key = ?4 ORDER BY rank, run LIMIT ?5) ` +
      'ORDER BY r.rank, r.run',
    isWhole: false,
  },
} satisfies Record<string, RunScan>
