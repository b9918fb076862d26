import { shiftStepTimes } from '@cgk-platform/jobs-core/scheduling'

import type { WallClock } from '../../../time/wall-clock.ts'
import type { Connection } from '../file/connection.ts'
import type { HeldRuns } from '../workers/held-runs.ts'
import { beginShift, continueShift } from './shift-delays.ts'

/** Largest difference between what two processes of a machine measure, in milliseconds. */
const measuringErrorMs = 2500

/**
 * Moves delays if the wall clock was set. The first process that notices it begins to move those in the file; each one
 * moves those in its memory. When the first process begins, the wall clock decides. Returns false while times in the file
 * remain to be moved: each transaction moves some, and nothing else may happen.
 */
export function followClock(
  wall: WallClock,
  connection: Connection,
  held: HeldRuns,
  hasOtherWorkers: () => boolean,
): boolean {
  noticeSetting(wall, connection, held, hasOtherWorkers)
  return continueShift(connection)
}

function noticeSetting(wall: WallClock, connection: Connection, held: HeldRuns, hasOtherWorkers: () => boolean): void {
  const jumpMs = wall.takeJump()
  if (jumpMs !== 0)
    for (const run of held.all()) for (const step of run.workflow?.steps ?? []) shiftStepTimes(step, jumpMs)
  const offsetMs = wall.offsetsMs.at(-1)
  if (offsetMs === undefined) return
  const { clock_offset: stored } = connection.get<{ clock_offset: number | null }>('SELECT clock_offset FROM cgk_meta')!
  if (stored !== null) {
    const distance = (ms: number): number => Math.abs(ms - stored)
    const nearest = wall.offsetsMs.reduce((before, ms) => (distance(ms) <= distance(before) ? ms : before))
    const isKnown = distance(nearest) < measuringErrorMs
    if (isKnown && nearest === offsetMs) return wall.match()
    // Another process noticed an earlier setting, or a process that is alive has not noticed this one yet.
    const isOfThisBoot = isKnown || (wall.hasMatched ? wall.offsetsMs.length > 1 : hasOtherWorkers())
    if (isOfThisBoot) beginShift(connection, offsetMs - (isKnown ? nearest : stored))
  }
  connection.run('UPDATE cgk_meta SET clock_offset = ?', Math.round(offsetMs))
}
