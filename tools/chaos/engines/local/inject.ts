import { DatabaseSync } from 'node:sqlite'

import type { InjectedBug } from '../../injected-bug.ts'

const fence =
  /worker = \? AND attempts = \? AND retried_at IS \? AND phase IN \(\d+, \d+\) AND \(state = 'running' OR compensation = 2\)/

/** The part of a statement that does not count the attempts of runs whose process ended. */
const isolation = /(phase = 3,.*)attempts = attempts - \(NOT resumed\)/

/** Charges a crash to all runs of the process, not only to one that was alone. */
function chargeNeighbors(): void {
  replaceSql(isolation, '$1attempts = attempts')
}

/** Lets any worker settle any attempt, however late, by removing the fence from the SQL of this process. */
function removeFence(): void {
  replaceSql(fence, '? IS NOT NULL AND ? IS NOT NULL AND ? IS NOT 0')
}

function replaceSql(part: RegExp, by: string): void {
  const { prepare } = DatabaseSync.prototype
  DatabaseSync.prototype.prepare = function (this: DatabaseSync, sql, ...rest) {
    return prepare.call(this, sql.replace(part, by), ...rest)
  }
}

/** Injects a bug into a worker process. Call it after `countTransactions`, which also counts its statements. */
export function injectIntoWorker(bug: InjectedBug | undefined): void {
  if (bug === 'no-fence') removeFence()
  if (bug === 'poison') chargeNeighbors()
  if (bug === 'costly-passes') lookAtHeldRuns()
}

/** Injects a bug into the jobs file, which the engine has created. */
export function injectIntoFile(file: DatabaseSync, bug: InjectedBug | undefined): void {
  if (bug === 'no-refund') forgetCompensations(file)
  if (bug === 'retries-first') keepPlaces(file)
}

/** Lets each transaction look at every paused tenant and every run that has not started, one by one. */
function lookAtHeldRuns(): void {
  const { exec } = DatabaseSync.prototype
  DatabaseSync.prototype.exec = function (sql) {
    exec.call(this, sql)
    if (sql !== 'BEGIN IMMEDIATE') return
    const isWaiting = 'phase IS NOT NULL AND started_at IS NULL AND ended_at IS NULL'
    const waiting = this.prepare(`SELECT run FROM cgk_runs WHERE ${isWaiting} LIMIT 2000`).all()
    const one = this.prepare('SELECT tenant FROM cgk_runs WHERE run = ?')
    for (const { run } of waiting) one.get(run!)
  }
}

/** Forgets that a cancel compensates a workflow of which no step is recorded. */
function forgetCompensations(file: DatabaseSync): void {
  file.exec(`
    CREATE TRIGGER app_no_refund AFTER UPDATE OF compensation ON cgk_runs
    WHEN new.state = 'cancelled' AND new.compensation <> 0 AND new.workflow IS NULL
    BEGIN UPDATE cgk_runs SET compensation = 0 WHERE run = new.run; END`)
}

/** Lets a run that retries keep the place of its first attempt among those that wait. */
function keepPlaces(file: DatabaseSync): void {
  file.exec(`
    CREATE TRIGGER app_retries_first AFTER UPDATE OF rank ON cgk_runs WHEN old.attempts > 0 AND new.rank > old.rank
    BEGIN UPDATE cgk_runs SET rank = old.rank WHERE run = new.run; END`)
}
