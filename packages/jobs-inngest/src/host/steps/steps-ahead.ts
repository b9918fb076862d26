import { sha1 } from '../../wire/sha1.ts'
import {
  continuationName,
  failureName,
  graceName,
  jobCheckName,
  jobEndName,
  parkId,
  pastLookName,
  remainderName,
  supersededName,
  versionName,
} from '../../wire/step-names.ts'
import { type EndedStep, readStepRecord } from '../../wire/step-record.ts'

/** The steps of a run's earlier requests that the code has not called again. */
export interface StepsAhead {
  /** Whether the run had passed the place where the code is. */
  readonly isPassed: boolean
  /** Number of ended steps with work. */
  readonly work: number
  /** Whether the only step to execute is among them. */
  readonly isTargetAhead: boolean
}

/** The steps of a run before a request, and those that the code has called in it. */
export interface CalledSteps {
  /** The ended native steps by the hash of their id, in the order of their ends. */
  readonly ended: ReadonlyMap<string, EndedStep>
  /** Hash of the only step to execute. The code had called it before. */
  readonly targetStep: string | undefined
  /** Keys of the steps that the code has called. */
  readonly called: Iterable<string>
  /** Keys of those that it had called when it last awaited nothing. Default: all. */
  readonly settled?: Iterable<string>
}

const workKinds: ReadonlySet<string> = new Set(['run', 'sendEvent', 'runJob'])
const ownKinds: ReadonlySet<string> = new Set(['version', 'failure', 'compensation', 'check', 'rest'])

/**
 * Finds the steps that the code may still call: they ended or started later than those that it had called when it last
 * awaited nothing. An earlier one has been removed from the code. A branch that is behind the others calls steps that
 * ended before theirs.
 */
export function stepsAhead({ ended, targetStep, called, settled = called }: CalledSteps): StepsAhead {
  const keys = [...called]
  const explained = new Set([...keys.flatMap((key) => idsOf(key, ended)), ...ownIds(ended)].map(sha1))
  const hashes = new Set([...settled].map(sha1))
  const all = [...ended].map(([id, step], place) => ({ id, place, step, ...recordOf(step) }))
  const done = all.filter(({ id }) => hashes.has(id))
  const lastPlace = Math.max(-1, ...done.map(({ place }) => place))
  const lastStart = Math.max(0, ...done.map(({ startedAt = 0 }) => startedAt))
  const ahead = all.filter(
    ({ id, kind = '', place, startedAt = 0 }) =>
      !explained.has(id) && !ownKinds.has(kind) && (place > lastPlace || startedAt > lastStart),
  )
  const isTargetAhead = targetStep !== undefined && !explained.has(targetStep)
  return {
    isTargetAhead,
    isPassed: ahead.length > 0 || isTargetAhead,
    work: ahead.filter(({ step }) => isWork(step)).length,
  }
}

/** Returns the hashes of the ended steps with work. */
export function workIn(ended: CalledSteps['ended']): Set<string> {
  return new Set([...ended].flatMap(([id, step]) => (isWork(step) ? [id] : [])))
}

function isWork(step: EndedStep): boolean {
  return step.type === 'error' || workKinds.has(recordOf(step).kind ?? '')
}

function recordOf(step: EndedStep): { readonly kind?: string; readonly startedAt?: number } {
  const { kind, startedAt } = (step.type === 'data' && readStepRecord(step.data)) || {}
  return { ...(kind !== undefined && { kind }), ...(startedAt !== undefined && { startedAt }) }
}

/** Returns the ids of the native steps of a step, up to the first part that has not ended. */
function idsOf(key: string, ended: CalledSteps['ended']): string[] {
  const parts = (idAt: (part: number) => string, first: number): string[] => {
    const ids: string[] = []
    for (let part = first; ; part++) {
      ids.push(idAt(part))
      if (!ended.has(sha1(idAt(part)))) return ids
    }
  }
  return [
    key,
    remainderName(key).id,
    ...parts((part) => continuationName(key, part).id, 2),
    ...parts((turn) => pastLookName(key, turn).id, 2),
    ...parts((turn) => jobEndName(key, turn).id, 0),
    ...parts((turn) => jobCheckName(key, turn).id, 0),
  ]
}

/** Returns the ids of the steps that this library adds to a run. */
function ownIds(ended: CalledSteps['ended']): string[] {
  const ids = [versionName, failureName, graceName, supersededName].map(({ id }) => id)
  for (let look = 1; ended.has(sha1(parkId(look))); look++) ids.push(parkId(look))
  return ids
}
