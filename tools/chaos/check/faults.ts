import type { RemovedWorker } from '../engines/chaos-engine.ts'
import type { LedgerEntry } from '../ledger-entry.ts'
import { isWorker } from '../plan.ts'

/** A fault of one process or of all. Instants are milliseconds of the monotonic clock. */
export interface Fault {
  readonly cause: Cause
  /** The process. Omitted if the fault affected all of them. */
  readonly process?: string
  readonly from: number
  readonly to: number
}

export type Cause =
  | 'its worker was killed'
  | 'a poison job ended its worker'
  | 'its worker was paused'
  | 'its worker got no CPU time'
  | 'its worker could not renew its lease'
  | 'the disk was full'
  | 'all writes were blocked'

/** A span of time. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** The faults of a chaos run. They explain repeated attempts and steps. */
export interface Faults {
  readonly all: readonly Fault[]
  /** The faults of the server of the store. They explain no repeated attempt: a worker keeps its runs. */
  readonly ofServer: readonly Span[]
  /** Returns a fault of the process in this span, after which others may have taken over its runs. */
  find(process: string, span: Span): Fault | undefined
  /** Returns the start of the first fault of the process in this span. Infinity if it had none. */
  firstAt(process: string, span: Span): number
  /**
   * Returns the last death of a worker in this span. It may have left no entry of the attempt that it had just started.
   */
  findKill(span: Span): Fault | undefined
  /**
   * Returns the last pause of a worker in this span. After it, the worker finds that it lost the run, and writes no
   * entry.
   */
  findPause(span: Span): Fault | undefined
}

/** Returns whether the process never comes back after a fault of this cause. */
export function isDeath(cause: Cause): boolean {
  return cause === 'its worker was killed' || cause === 'a poison job ended its worker'
}

/** The part of the evidence from which the faults follow. */
interface FaultEvidence {
  readonly entries: readonly LedgerEntry[]
  readonly leaseMs: number
  readonly removedWorkers: readonly RemovedWorker[]
  readonly isOneWriter: boolean
}

export function indexFaults(evidence: FaultEvidence): Faults {
  const { entries, leaseMs, isOneWriter } = evidence
  // The last heartbeat can be older than the start of a pause.
  const minMs = leaseMs / 2
  // A worker that comes back learns at its next heartbeat that others have taken over its runs.
  const heartbeatMs = leaseMs / 4
  const noted = entries.map(toFault).filter((fault) => fault !== undefined)
  const all = [...noted, ...(isOneWriter ? stalledWrites(entries) : []), ...lostLeases(evidence)].filter(
    ({ cause, from, to }) => isDeath(cause) || cause === 'the disk was full' || to - from >= minMs,
  )
  const kills = all.filter(({ cause }) => isDeath(cause))
  const others = all.filter(({ cause }) => !isDeath(cause))
  const killed = new Map(kills.map((kill) => [kill.process, kill]))
  return {
    all,
    ofServer: entries.flatMap((entry) => (entry.type === 'server fault' ? { from: entry.since, to: entry.at } : [])),
    find(process, span) {
      const kill = killed.get(process)
      if (kill && kill.from <= span.to) return kill
      const its = others.filter((fault) => fault.process === undefined || fault.process === process)
      return its.find((fault) => fault.from <= span.to && fault.to + heartbeatMs >= span.from)
    },
    firstAt(process, span) {
      const its = all.filter((fault) => fault.process === undefined || fault.process === process)
      // A death has no end. A process that dies can start attempts for a few more turns of its event loop.
      const then = its.filter(({ cause, from, to }) => from <= span.to && (isDeath(cause) || to >= span.from))
      return Math.min(Number.POSITIVE_INFINITY, ...then.map(({ from }) => from))
    },
    findKill: (span) => kills.findLast(affectsWorker(span)),
    findPause: (span) => others.filter(({ cause }) => cause === 'its worker was paused').findLast(affectsWorker(span)),
  }
}

function affectsWorker(span: Span): (fault: Fault) => boolean {
  return ({ process = '', from, to }) => isWorker(process) && from <= span.to && to >= span.from
}

function toFault(entry: LedgerEntry): Fault | undefined {
  const { at: to } = entry
  switch (entry.type) {
    case 'killed':
      return { cause: 'its worker was killed', process: entry.process, from: entry.since, to }
    case 'dying':
      return { cause: 'a poison job ended its worker', process: entry.by, from: to, to }
    case 'paused':
      return { cause: 'its worker was paused', process: entry.process, from: entry.since, to }
    case 'stalled':
      return { cause: 'its worker got no CPU time', process: entry.by, from: entry.since, to }
    case 'disk was full':
      return { cause: 'the disk was full', from: entry.since, to }
    default:
      return undefined
  }
}

/** Returns the times in which workers did not renew their lease, until others removed them. */
function lostLeases({ entries, leaseMs, removedWorkers }: FaultEvidence): Fault[] {
  const up = entries.filter((entry) => entry.type === 'up')
  return removedWorkers
    .filter(({ heartbeatAt, removedAt }) => removedAt - heartbeatAt > leaseMs)
    .flatMap(({ pid, heartbeatAt: from, removedAt: to }) => {
      const process = up.find((entry) => entry.pid === pid)?.by
      return process === undefined
        ? []
        : [{ cause: 'its worker could not renew its lease', process, from, to } as const]
    })
}

/** The types of entries that a process writes after a change of the file. */
const afterChanges: readonly LedgerEntry['type'][] = ['sent', 'started', 'cancelled', 'up']

/** Returns the times without any change of the file. A process that is paused during a change blocks all others. */
function stalledWrites(entries: readonly LedgerEntry[]): Fault[] {
  const changed = entries.filter(({ type }) => afterChanges.includes(type))
  return changed
    .slice(1)
    .map(({ at: to }, index) => ({ cause: 'all writes were blocked', from: changed[index]!.at, to }))
}
