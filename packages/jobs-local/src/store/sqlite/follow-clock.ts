import { shiftStepTimes } from '@cgk-platform/jobs-core/provider'

import type { WallClock } from '../wall-clock.ts'
import type { Connection } from './connection.ts'
import type { HeldRuns } from './held-runs.ts'
import { shiftDelays } from './shift-delays.ts'

/** Largest difference between what two processes of a machine measure, in milliseconds. */
const measuringErrorMs = 2500

/**
 * Moves delays if the wall clock was set. The first process that notices it moves those in the file, in a transaction;
 * each one moves those in its memory. When a process begins, the wall clock decides.
 */
export function followClock(wall: WallClock, connection: Connection, held: HeldRuns): void {
  const jumpMs = wall.takeJump()
  if (jumpMs !== 0)
    for (const run of held.all()) for (const step of run.workflow?.steps ?? []) shiftStepTimes(step, jumpMs)
  const { offsetMs, previousMs } = wall
  if (offsetMs === undefined) return
  const { clock_offset: stored } = connection.get<{ clock_offset: number | null }>('SELECT clock_offset FROM cgk_meta')!
  const difference = Math.abs((stored ?? Number.POSITIVE_INFINITY) - offsetMs)
  const differenceBefore = Math.abs((stored ?? Number.POSITIVE_INFINITY) - (previousMs ?? Number.NaN))
  if (differenceBefore < Math.min(difference, measuringErrorMs)) shiftDelays(connection, offsetMs - previousMs!)
  else if (difference < measuringErrorMs) return
  connection.run('UPDATE cgk_meta SET clock_offset = ?', Math.round(offsetMs))
}
