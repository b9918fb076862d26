import { hasEnded } from './process-identity.ts'

/** Maximum time between two heartbeats, in milliseconds. */
export const maxHeartbeatMs = 5000

/** A worker and its last heartbeat, by the machine's monotonic clock. */
export interface WorkerRow {
  readonly id: number
  readonly process: string
  readonly heartbeat_ms: number
  readonly lease_ms: number
}

/** When a worker judges others. */
export interface Judgement {
  readonly now: number
  /** When its current unbroken series of heartbeats began. */
  readonly steadySinceMs: number
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
  return Math.min(leaseMs / 2, 2 * maxHeartbeatMs)
}

/** Returns the dead ones among the workers of one process. */
function deadOf(workers: WorkerRow[], judgement: Judgement): WorkerRow[] {
  // A heartbeat in the future is from before the machine's last boot.
  const isOfEarlierBoot = workers.some((worker) => worker.heartbeat_ms > judgement.now + worker.lease_ms)
  if (isOfEarlierBoot || hasEnded(workers[0]!.process)) return workers
  const expired = workers.filter((worker) => hasExpired(worker, judgement))
  if (expired.length === workers.length) return workers
  // If the others are also silent, the process may have ended. Then their leases expire soon.
  const lastHeartbeatMs = Math.max(...workers.map((worker) => worker.heartbeat_ms))
  return expired.filter((worker) => lastHeartbeatMs > worker.heartbeat_ms + worker.lease_ms)
}

function hasExpired({ heartbeat_ms: heartbeatMs, lease_ms: leaseMs }: WorkerRow, judgement: Judgement): boolean {
  const { now, steadySinceMs } = judgement
  // If this worker could not send heartbeats, for example because the disk was full or the machine was suspended, the
  // others probably could not either. Allow them a few heartbeats to recover.
  const isSteady = now - steadySinceMs > lateAfterMs(leaseMs)
  return isSteady && now - heartbeatMs > leaseMs
}
