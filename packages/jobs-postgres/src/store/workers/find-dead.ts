import { hasEnded } from '@cgk-platform/jobs-local/engine'

/** A worker and its last heartbeat. Times are by the clock of the database. */
export interface WorkerRow {
  readonly id: number
  /** The identity of its process. */
  readonly process: string
  readonly heartbeat_at: number
  readonly lease_ms: number
}

/** When a worker judges others. */
export interface Judgement {
  readonly now: number
  /** When its current unbroken series of heartbeats began. */
  readonly steadySince: number
}

/** Returns the dead ones among other workers, in one list for each process, whose workers died together. */
export function findDead(others: readonly WorkerRow[], judgement: Judgement): WorkerRow[][] {
  const processes = [...new Set(others.map(({ process }) => process))]
  return processes
    .map((process) =>
      deadOf(
        others.filter((worker) => worker.process === process),
        judgement,
      ),
    )
    .filter(({ length }) => length > 0)
}

/** Returns the age from which the last heartbeat shows that at least one was missed. */
export function lateAfterMs(leaseMs: number): number {
  return leaseMs / 2
}

/** Returns the dead ones among the workers of one process. */
function deadOf(workers: WorkerRow[], judgement: Judgement): WorkerRow[] {
  if (hasEnded(workers[0]!.process)) return workers
  const expired = workers.filter((worker) => hasExpired(worker, judgement))
  if (expired.length === workers.length) return workers
  // If the others are also silent, the process may have ended. Then their leases expire soon.
  const lastHeartbeatAt = Math.max(...workers.map((worker) => worker.heartbeat_at))
  return expired.filter((worker) => lastHeartbeatAt > worker.heartbeat_at + worker.lease_ms)
}

function hasExpired({ heartbeat_at: heartbeatAt, lease_ms: leaseMs }: WorkerRow, judgement: Judgement): boolean {
  const { now, steadySince } = judgement
  // If this worker could not send heartbeats, for example because the server was stopped, the others probably could not
  // either. Allow them a few heartbeats to recover.
  const isSteady = now - steadySince > lateAfterMs(leaseMs)
  return isSteady && now - heartbeatAt > leaseMs
}
