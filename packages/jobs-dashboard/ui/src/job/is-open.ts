const endedStates: readonly string[] = ['completed', 'failed', 'cancelled', 'expired', 'superseded', 'unhandled']

/** Returns true if a job, run or step in this state can still change by itself. */
export function isOpen(state: string): boolean {
  return !endedStates.includes(state)
}
