import { encodeEnvelope } from '@cgk-platform/jobs-core/provider'

import { turnBatch } from '../../../rules/turn-batch.ts'
import type { LimitsOf } from '../../job-store.ts'
import type { StoredRun } from '../../../records/stored-run.ts'
import { maxBatchBytes } from '../../../rules/batch-bounds.ts'
import { type BatchLane, gathersInLane, inOrder, laneOf, promoteDue, promoteIfFull } from './batch-lane.ts'
import type { Connection } from '../file/connection.ts'
import { type ClaimedRow, selectClaimed, toHeldRun } from './held-run.ts'
import type { HeldRuns } from '../workers/held-runs.ts'
import { jobOfRun, keyOf, phases } from '../tables/rows.ts'
import { hold } from '../tables/runs-table.ts'
import type { Workers } from '../workers/workers.ts'

const { gathering, joined } = phases
const listed = '(SELECT value FROM json_each(?))'

/** The dependencies of `Batches`. */
export interface BatchesDependencies {
  readonly connection: Connection
  readonly held: HeldRuns
  readonly workers: Pick<Workers, 'id'>
}

/**
 * The runs of batch jobs that wait for a batch of their tenant. One of them, the leader, waits for a slot as soon as
 * enough of them wait, or one has waited until its `gather_until`. When a worker claims it, it takes others along.
 *
 * A `gather_until` of 0 marks a run that has waited long enough while its tenant had a leader: it is not looked at again
 * until that one is claimed or cancelled.
 */
export class Batches {
  readonly #dependencies: BatchesDependencies
  /** The lanes that got runs in this transaction, with the size of a batch. */
  readonly #grown = new Map<string, BatchLane & { readonly maxSize: number }>()

  constructor(dependencies: BatchesDependencies) {
    this.#dependencies = dependencies
  }

  /** Drops what a transaction knew that was rolled back or has ended. */
  clear(): void {
    this.#grown.clear()
  }

  /** Remembers the lane of a new run, which may now have enough for a batch. */
  added(run: StoredRun, maxSize: number): void {
    const lane = laneOf(run)
    this.#grown.set(JSON.stringify(lane), { ...lane, maxSize })
  }

  /** Claims runs by `claim`, and for leaders the other runs of their batches. @param max - the number of slots */
  claim(max: number, limitsOf: LimitsOf, now: number, claim: (max: number) => readonly StoredRun[]): StoredRun[] {
    const claimed: StoredRun[] = []
    for (let isMore = true; isMore;) {
      this.#findLeaders(now)
      const found = claim(max - claimed.length)
      const leaders = found.filter(({ gather }) => gather !== undefined)
      for (const leader of leaders) this.#join(leader, limitsOf, now)
      claimed.push(...found)
      isMore = leaders.length > 0 && claimed.length < max
    }
    return claimed
  }

  /** Makes leaders of the runs that have waited long enough, and in the lanes that have grown to a full batch. */
  #findLeaders(now: number): void {
    const { connection } = this.#dependencies
    const sql = `SELECT definition_id AS definition, tenant FROM cgk_runs INDEXED BY cgk_batches_due WHERE phase = ${gathering} AND gather_until BETWEEN 1 AND ? ORDER BY gather_until LIMIT ${turnBatch}`
    const due = new Map(connection.all<BatchLane>(sql, now).map((lane) => [JSON.stringify(lane), lane]))
    for (const lane of due.values()) {
      promoteDue(connection, lane, now)
      const covered = `UPDATE cgk_runs SET gather_until = 0 WHERE ${gathersInLane} AND gather_until BETWEEN 1 AND ?`
      connection.run(covered, lane.definition, lane.tenant, now)
    }
    for (const lane of this.#grown.values()) promoteIfFull(connection, lane, lane.maxSize)
    this.#grown.clear()
  }

  /** Holds the other runs of the batch of a leader. They hold no slots. A suspect stays alone. */
  #join(leader: StoredRun, limitsOf: LimitsOf, now: number): void {
    const { connection, held, workers } = this.#dependencies
    const lane = laneOf(leader)
    const isAlone = leader.probationEndsAt !== undefined
    const { maxSize = 1 } = limitsOf(lane.definition) ?? {}
    const runs = JSON.stringify(isAlone ? [] : this.#fitting(leader, maxSize - 1))
    const rows = connection.all<ClaimedRow>(`${selectClaimed} WHERE run IN ${listed} ORDER BY rank, run`, runs)
    const begin = `UPDATE cgk_runs SET ${hold}, phase = ${joined}, gather_until = 1 WHERE run IN ${listed}`
    if (rows.length > 0) connection.run(begin, workers.id, now, now, runs)
    connection.run('UPDATE cgk_runs SET gather_until = 1 WHERE run = ?', keyOf(leader).run)
    const others = rows.map((row) => toHeldRun(connection, row, workers.id, now))
    leader.gather = { ...leader.gather!, role: { leads: others } }
    for (const run of others) {
      run.gather = { ...run.gather!, role: 'follows' }
      held.add(run)
    }
    const next = `SELECT 1 AS one FROM cgk_runs WHERE ${gathersInLane} AND gather_until <= ? LIMIT 1`
    if (connection.get(next, lane.definition, lane.tenant, now)) promoteDue(connection, lane, now)
    else promoteIfFull(connection, lane, maxSize)
  }

  /** Returns the rows of up to `max` runs that fit into the batch of a leader. */
  #fitting(leader: StoredRun, max: number): number[] {
    const { definition, tenant } = laneOf(leader)
    const left = maxBatchBytes - encodeEnvelope(leader.job.envelope).length
    const first =
      `SELECT run, rank, length(envelope) AS size FROM cgk_runs JOIN cgk_jobs j ON j.seq = ${jobOfRun} ` +
      `WHERE phase = ${gathering} AND definition_id = ? AND cgk_runs.tenant = ? ORDER BY ${inOrder} LIMIT ?`
    const summed = `SELECT run, sum(size) OVER (ORDER BY rank, run) AS total FROM (${first})`
    const sql = `SELECT run FROM (${summed}) WHERE total <= ?`
    const { connection } = this.#dependencies
    return connection.all<{ run: number }>(sql, definition, tenant, max, left).map(({ run }) => run)
  }
}
