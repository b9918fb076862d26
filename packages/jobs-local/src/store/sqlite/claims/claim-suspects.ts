import { enterAttempt } from '../../../records/enter-state.ts'
import { hasBegun, type StoredRun } from '../../../records/stored-run.ts'
import { chooseSuspects, probationMsOf } from '../../../rules/suspects.ts'
import type { ClaimOptions } from './claim-options.ts'
import type { Connection } from '../file/connection.ts'
import { DefinitionSlots } from './definition-slots.ts'
import { type ClaimedRow, selectClaimed, toHeldRun } from './held-run.ts'
import { phases, type RunRow } from '../tables/rows.ts'
import { holdRun } from '../tables/runs-table.ts'
import type { WorkerDefinitions } from '../workers/worker-definitions.ts'

type SuspectRow = Pick<RunRow, 'run' | 'definition_id' | 'tenant' | 'concurrency_key' | 'crashes'>

/** The options of a claim of suspects. */
export interface SuspectClaimOptions extends Omit<ClaimOptions, 'turns' | 'weights' | 'fitting'> {
  /** The time since the machine's boot, which no setting of its clock changes. */
  readonly elapsedMs: number
  /** Number of slots of the worker, whether they are free or not. */
  readonly slots: number
  /** True if the process runs nothing. A busy process takes only suspects that have waited too long for an idle one. */
  readonly isEmpty: boolean
  /** True if another worker of the process must begin an earlier suspect before later ones. */
  readonly isInOrder: boolean
  readonly placeOf: WorkerDefinitions['placeOf']
}

/**
 * Claims suspects: runs that may have ended their process. First those with the most crashes, and of these the one that
 * began last. So a run that ends a process beside others is the first in the next process, and alone. Returns
 * `undefined` if that run has to begin in another worker of the process.
 */
export function claimSuspects(options: SuspectClaimOptions): StoredRun[] | undefined {
  const { connection, max, slots, isEmpty, isInOrder, placeOf } = options
  const rows = connection.all<SuspectRow>(
    `SELECT run, definition_id, tenant, concurrency_key, crashes FROM cgk_runs WHERE phase = ${phases.suspect} ` +
      `${isEmpty ? '' : 'AND due_at IS NULL '}ORDER BY crashes DESC, attempt_started_at DESC`,
  )
  const claimed: StoredRun[] = []
  const begun = chooseSuspects(
    rows.filter((row) => !options.paused.isPaused(row.definition_id, row.tenant)),
    {
      max,
      slots,
      isInOrder,
      isMine: (row) => options.mayBegin(row.definition_id),
      placeOf: (row) => placeOf(row.definition_id),
      mayBegin: (row) => mayBegin(row, options),
      begin: (row) => void claimed.push(claim(row, options)),
    },
  )
  return begun && claimed
}

/** Returns whether a suspect waits for a worker that may begin it and runs nothing else. */
export function isEmptyWorkerWanted(
  connection: Connection,
  mayBeginHere: (definitionId: string, tenant: string) => boolean,
): boolean {
  const sql = `SELECT DISTINCT definition_id, tenant FROM cgk_runs WHERE phase = ${phases.suspect} AND due_at IS NOT NULL`
  const rows = connection.all<Pick<RunRow, 'definition_id' | 'tenant'>>(sql)
  return rows.some((row) => mayBeginHere(row.definition_id, row.tenant))
}

function mayBegin(row: SuspectRow, options: SuspectClaimOptions): boolean {
  const { connection, limitsOf } = options
  const { definition_id: definition, tenant, concurrency_key: key } = row
  const slots = new DefinitionSlots(connection, definition, limitsOf(definition)?.concurrency)
  return options.mayBegin(definition) && Math.min(slots.free, slots.freeOf(tenant), slots.freeOfKey(tenant, key)) > 0
}

function claim({ run, crashes }: SuspectRow, options: SuspectClaimOptions): StoredRun {
  const { connection, worker, now, elapsedMs } = options
  const row = connection.get<ClaimedRow>(`${selectClaimed} WHERE run = ?`, run)!
  holdRun(connection, run, worker, now)
  const probationEndsAt = elapsedMs + probationMsOf(crashes)
  const held = toHeldRun(connection, row, worker, now)
  if (hasBegun(held)) enterAttempt(held, { probationEndsAt, ...(held.resumed && { resumed: true }) })
  return held
}
