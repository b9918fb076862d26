import type { Entry } from '../line.ts'
import { isWorker } from '../plan.ts'

/** What a process, or all of them, went through. Instants are milliseconds of the monotonic clock. */
export interface Trouble {
  readonly cause: Cause
  /** The process; none where it was all of them. */
  readonly process?: string
  readonly from: number
  readonly to: number
}

export type Cause =
  | 'its worker was killed'
  | 'its worker was paused'
  | 'its worker got no processor'
  | 'the disk was full'
  | 'nobody could write'

/** A span of time. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** The troubles of a run, by which what happened twice is explained. */
export interface Troubles {
  readonly all: readonly Trouble[]
  /** One that the process was in meanwhile, by which others may have taken over what it had. */
  find(process: string, meanwhile: Span): Trouble | undefined
  /** When the first of its troubles began; never where it had none. */
  firstAt(process: string, meanwhile: Span): number
  /** The last worker that was killed meanwhile, which need not have written down anything of what it had just begun. */
  findKill(meanwhile: Span): Trouble | undefined
  /** The last one that was paused, likewise: once it goes on, it is told that the run is another's before it writes. */
  findPause(meanwhile: Span): Trouble | undefined
}

export function toTroubles(entries: readonly Entry[], leaseMs: number): Troubles {
  // A beat may be a while ago when a pause begins.
  const leastMs = leaseMs / 2
  const all = [...entries.map(toTrouble).filter((trouble) => trouble !== undefined), ...silences(entries)].filter(
    ({ cause, from, to }) => cause === 'its worker was killed' || cause === 'the disk was full' || to - from >= leastMs,
  )
  const kills = all.filter(({ cause }) => cause === 'its worker was killed')
  const others = all.filter(({ cause }) => cause !== 'its worker was killed')
  const killed = new Map(kills.map((kill) => [kill.process, kill]))
  return {
    all,
    find(process, meanwhile) {
      const kill = killed.get(process)
      if (kill && kill.from <= meanwhile.to) return kill
      const its = others.filter((trouble) => trouble.process === undefined || trouble.process === process)
      return its.find((trouble) => trouble.from <= meanwhile.to && trouble.to >= meanwhile.from)
    },
    firstAt(process, meanwhile) {
      const its = all.filter((trouble) => trouble.process === undefined || trouble.process === process)
      const then = its.filter((trouble) => trouble.from <= meanwhile.to && trouble.to >= meanwhile.from)
      return Math.min(Number.POSITIVE_INFINITY, ...then.map(({ from }) => from))
    },
    findKill: (meanwhile) => kills.findLast(isOfWorker(meanwhile)),
    findPause: (meanwhile) =>
      others.filter(({ cause }) => cause === 'its worker was paused').findLast(isOfWorker(meanwhile)),
  }
}

function isOfWorker(meanwhile: Span): (trouble: Trouble) => boolean {
  return ({ process = '', from, to }) => isWorker(process) && from <= meanwhile.to && to >= meanwhile.from
}

function toTrouble(entry: Entry): Trouble | undefined {
  const { at: to } = entry
  switch (entry.what) {
    case 'killed':
      return { cause: 'its worker was killed', process: entry.process, from: entry.since, to }
    case 'paused':
      return { cause: 'its worker was paused', process: entry.process, from: entry.since, to }
    case 'stalled':
      return { cause: 'its worker got no processor', process: entry.by, from: entry.since, to }
    case 'disk was full':
      return { cause: 'the disk was full', from: entry.since, to }
    default:
      return undefined
  }
}

/** What a process writes down once the file has taken a change of it. */
const afterChanges: readonly Entry['what'][] = ['sent', 'began', 'cancelled', 'up']

/** The times when nobody got anything into the file: a process that is paused amid a change holds up all others. */
function silences(entries: readonly Entry[]): Trouble[] {
  const changed = entries.filter(({ what }) => afterChanges.includes(what))
  return changed.slice(1).map(({ at: to }, index) => ({ cause: 'nobody could write', from: changed[index]!.at, to }))
}
