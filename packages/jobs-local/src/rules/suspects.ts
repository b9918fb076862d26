import type { JobErrorInfo } from '@cgk-platform/jobs-core/provider'

/**
 * Time that a suspect waits for a worker that runs nothing else, in milliseconds. After it, any worker takes it, so that
 * it starts even if all of them have long runs.
 */
export const emptyWorkerWaitMs = 10_000

/**
 * Time after which an attempt that its process ends is a suspect as after its first crash, in milliseconds. No
 * probation is longer, so a run that ends its process sooner is alone at some time.
 */
export const longLifeMs = 180_000

/** Time in which no other suspect begins beside one after its first crash, in milliseconds. Doubles with each crash. */
const firstProbationMs = 5000

/** Maximum time in which a process begins only suspects, in milliseconds. Then others begin beside them. */
export const maxApartMs = 15_000

/** Number of groups in which the runs of a worker begin again after their first crash. Later ones begin alone. */
const firstGroups = 8

/** A run is charged with a crash beside others if it has seen this many more than each of them. */
const chargedAhead = 5

/** The error of an attempt that counts because it probably ended its process. */
export const endedProcess: JobErrorInfo = {
  name: 'Error',
  message: 'The process of the worker ended, or did not renew its lease in time.',
}

/** Returns for how long no other suspect begins beside one, in milliseconds. */
export function probationMsOf(crashes: number): number {
  return Math.min(firstProbationMs * 2 ** (crashes - 1), longLifeMs)
}

/**
 * Returns the number of crashes from which on a run of a dead process is charged with this one: a run that was alone, or
 * has seen far more than the others. `undefined`: no run is.
 *
 * @param seen - the crashes that its runs have seen
 */
export function leastCharged(seen: readonly number[], hasLeftovers: boolean): number | undefined {
  const [most = 0, next] = seen.toSorted((one, other) => other - one)
  const isCharged = next === undefined || most - next >= chargedAhead
  return isCharged && !hasLeftovers ? most : undefined
}

/** The facts by which suspects are chosen. */
export interface SuspectChoice<Suspect> {
  readonly max: number
  /** Number of slots of the worker, whether they are free or not. */
  readonly slots: number
  /** True if another worker of the process must begin an earlier suspect before later ones. */
  readonly isInOrder: boolean
  /** Returns whether this worker has the definition, or none had it for a day. */
  readonly isMine: (suspect: Suspect) => boolean
  /** Returns which live workers have the definition: one of this process, only others, or none. */
  readonly placeOf: (suspect: Suspect) => 'here' | 'elsewhere' | undefined
  /** Returns whether there are free slots for it. */
  readonly mayBegin: (suspect: Suspect) => boolean
  readonly begin: (suspect: Suspect) => void
}

/** Begins suspects. Returns `undefined` if the first of them has to begin in another worker of the process. */
export function chooseSuspects<Suspect extends { readonly crashes: number }>(
  suspects: readonly Suspect[],
  { max, slots, isInOrder, isMine, placeOf, mayBegin, begin }: SuspectChoice<Suspect>,
): Suspect[] | undefined {
  const begun: Suspect[] = []
  let groupSize = max
  for (const [index, one] of suspects.entries()) {
    if (begun.length >= groupSize) break
    if (isInOrder && !isMine(one)) {
      const place = placeOf(one)
      // If no worker has its definition, such a worker probably starts soon.
      const isForAnother = place === 'here' || (place === undefined && suspects.slice(index + 1).some(mayBegin))
      if (isForAnother) return begun.length > 0 ? begun : undefined
    }
    if (!mayBegin(one)) continue
    begin(one)
    groupSize = Math.min(groupSize, one.crashes > 1 ? 1 : Math.ceil(slots / firstGroups))
    begun.push(one)
  }
  return begun
}
