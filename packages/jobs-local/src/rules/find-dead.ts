/** A worker and its last heartbeat. All times are by one clock. */
export interface WorkerRow {
  readonly id: number
  /** The identity of its process. */
  readonly process: string
  readonly heartbeat_at: number
  readonly lease_ms: number
}

/** The view of a worker that judges others. */
export interface Judgement {
  readonly now: number
  /** When its current unbroken series of heartbeats began. */
  readonly steadySince: number
  /** Returns the age from which the last heartbeat shows that at least one was missed. */
  readonly lateAfterMs: (leaseMs: number) => number
  /** Returns whether the process of a worker is known to have ended. */
  readonly hasEnded: (worker: WorkerRow) => boolean
}

/** Returns the dead ones among other workers, in one list for each process, whose workers died together. */
export function findDead(others: readonly WorkerRow[], judgement: Judgement): WorkerRow[][] {
  const processes = [...new Set(others.map(({ process }) => process))]
  const ofProcess = processes.map((process) => others.filter((worker) => worker.process === process))
  return ofProcess.map((workers) => deadOf(workers, judgement)).filter(({ length }) => length > 0)
}

/** Returns the dead ones among the workers of one process. */
function deadOf(workers: WorkerRow[], judgement: Judgement): WorkerRow[] {
  if (workers.some(judgement.hasEnded)) return workers
  const expired = workers.filter((worker) => hasExpired(worker, judgement))
  if (expired.length === workers.length) return workers
  // If the others are also silent, the process may have ended. Then their leases expire soon.
  const lastHeartbeatAt = Math.max(...workers.map((worker) => worker.heartbeat_at))
  return expired.filter((worker) => lastHeartbeatAt > worker.heartbeat_at + worker.lease_ms)
}

function hasExpired({ heartbeat_at: heartbeatAt, lease_ms: leaseMs }: WorkerRow, judgement: Judgement): boolean {
  const { now, steadySince, lateAfterMs } = judgement
  // If this worker could not send heartbeats, for example because the disk was full or the machine was suspended, the
  // others probably could not either. Allow them a few heartbeats to recover.
  const isSteady = now - steadySince > lateAfterMs(leaseMs)
  return isSteady && now - heartbeatAt > leaseMs
}
