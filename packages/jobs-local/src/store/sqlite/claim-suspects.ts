import type { StoredRun } from '../job-store.ts'
import type { ClaimOptions } from './claim-runs.ts'
import type { Connection } from './connection.ts'
import { freeSlots } from './free-slots.ts'
import { type ClaimedRow, selectClaimed, toHeldRun } from './held-run.ts'
import { longLifeMs, phases, type RunRow } from './rows.ts'
import { holdSuspect } from './runs-table.ts'

/** Number of groups in which the runs of a worker begin again after their first crash. Later ones begin alone. */
const firstGroups = 8
/** Time in which no other suspect begins beside one after its first crash, in milliseconds. Doubles with each crash. */
const firstProbationMs = 5000

type SuspectRow = Pick<RunRow, 'job' | 'number' | 'definition_id' | 'tenant' | 'crashes'>

/** The options of a claim of suspects. */
export interface SuspectClaimOptions extends Omit<ClaimOptions, 'turns'> {
  /** The time since the machine's boot, which no setting of its clock changes. */
  readonly elapsedMs: number
  /** Number of slots of the worker, whether they are free or not. */
  readonly slots: number
  /** Whether the worker runs nothing. Otherwise it takes only suspects that have waited too long for such a worker. */
  readonly isEmpty: boolean
}

/**
 * Claims suspects: runs that may have ended their process. First those with the most crashes, and of these the one that
 * began last. So a run that ends a process beside others is the first in the next process, and alone.
 */
export function claimSuspects(options: SuspectClaimOptions): StoredRun[] {
  const { connection, max, slots, isEmpty } = options
  const rows = connection.all<SuspectRow>(
    `SELECT job, number, definition_id, tenant, crashes FROM cgk_runs WHERE phase = ${phases.suspect} ` +
      `${isEmpty ? '' : 'AND due_at IS NULL '}ORDER BY crashes DESC, attempt_started_at DESC`,
  )
  const claimed: StoredRun[] = []
  let groupSize = max
  for (const row of rows) {
    if (claimed.length >= groupSize) break
    if (!mayBegin(row, options)) continue
    groupSize = Math.min(groupSize, row.crashes > 1 ? 1 : Math.ceil(slots / firstGroups))
    claimed.push(claim(row, options))
  }
  return claimed
}

/** Returns whether a suspect waits for a worker that has its definition and runs nothing else. */
export function isEmptyWorkerWanted(connection: Connection, hasDefinition: (definitionId: string) => boolean): boolean {
  const sql = `SELECT DISTINCT definition_id FROM cgk_runs WHERE phase = ${phases.suspect} AND due_at IS NOT NULL`
  return connection.all<Pick<RunRow, 'definition_id'>>(sql).some((row) => hasDefinition(row.definition_id))
}

function mayBegin({ definition_id: definition, tenant }: SuspectRow, options: SuspectClaimOptions): boolean {
  const { connection, limitsOf } = options
  const { limit, perTenant } = limitsOf(definition) ?? {}
  return (
    options.mayBegin(definition) &&
    freeSlots(connection, limit, definition) > 0 &&
    freeSlots(connection, perTenant, definition, tenant) > 0
  )
}

function claim({ job, number, crashes }: SuspectRow, options: SuspectClaimOptions): StoredRun {
  const { connection, worker, now, elapsedMs } = options
  const row = connection.get<ClaimedRow>(`${selectClaimed} WHERE r.job = ? AND r.number = ?`, job, number)!
  holdSuspect(connection, row, worker, now)
  const probationEndsAt = elapsedMs + Math.min(firstProbationMs * 2 ** (crashes - 1), longLifeMs)
  return Object.assign(toHeldRun(connection, row, worker, now), { probationEndsAt })
}
