/** Where a job or a run stands. `retrying` is between two attempts. */
export type JobState =
  | 'scheduled'
  | 'queued'
  | 'running'
  | 'retrying'
  | 'completed'
  | 'failed'
  | 'cancelled'
  | 'expired'

const ended: readonly JobState[] = ['completed', 'failed', 'cancelled', 'expired']

/**
 * The first of these that a run is in is the job's state: under way first, then a cancel, which is somebody's last word
 * also on a job of which another run had failed, then the worst end.
 */
const precedence: readonly JobState[] = ['running', 'retrying', 'queued', 'scheduled', 'cancelled', 'failed', 'expired']

/** True when nothing more happens by itself. */
export function isEnded(state: JobState): boolean {
  return ended.includes(state)
}

/** What deriving a job's state needs to know of a run. Runs are given oldest first. */
export interface RunInJob {
  /** The definition that the run is of. */
  readonly definitionId: string
  /** The run's own. */
  readonly state: JobState
}

/** A job's state from its runs: that of each definition's newest run counts. No runs: `completed`. */
export function jobStateOf(runs: readonly RunInJob[]): JobState {
  if (runs.length === 1) return runs[0]!.state
  const states = newestRuns(runs).map(({ state }) => state)
  return precedence.find((state) => states.includes(state)) ?? 'completed'
}

/** Each definition's newest run. */
export function newestRuns<Run extends RunInJob>(runs: readonly Run[]): Run[] {
  return [...new Map(runs.map((run) => [run.definitionId, run])).values()]
}
