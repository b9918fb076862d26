import type { StoredRun } from '../../../records/stored-run.ts'
import type { Lane } from './lane.ts'

/** Takes the next run, skipping those that were cancelled while they waited. */
export function nextWaiting(lane: Lane): StoredRun | undefined {
  const { waiting, group } = lane
  for (let run = waiting.shift(); run; run = waiting.shift()) {
    if (isWaiting(run)) return run
    if (lane.cancelled > 0) lane.cancelled--
    else group.definition.waiting--
  }
  return undefined
}

/** Counts a run that was cancelled. Removes the cancelled runs once they are more than half. */
export function countCancelled(lane: Lane): void {
  if (++lane.cancelled * 2 <= lane.waiting.size) return
  lane.waiting.filter(isWaiting)
  lane.cancelled = 0
}

function isWaiting({ state, pause }: StoredRun): boolean {
  return state === 'queued' || pause === 'awake'
}
