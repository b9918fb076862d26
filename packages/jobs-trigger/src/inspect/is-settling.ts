import type { ListedRun } from '../api/engine-shapes.ts'
import { isSettled } from '../read/is-settled.ts'

/** Maximum time after the end of a run until its metadata is complete, in milliseconds. About 50 are usual. */
const settleMs = 1000

/** Returns true if a run has just ended and its metadata is not complete yet. @param readAt - the time of the response */
export function isSettling(run: ListedRun, readAt: Date): boolean {
  const { finishedAt = run.updatedAt } = run
  return !isSettled(run) && readAt.getTime() - finishedAt.getTime() < settleMs
}
