/**
 * The state of a job or a run. `retrying` is between two attempts. `superseded`: a later send runs instead. `unhandled`:
 * no definition handles the event of the job.
 */
export type JobState =
  | 'scheduled'
  | 'queued'
  | 'running'
  | 'retrying'
  | 'completed'
  | 'failed'
  | 'cancelled'
  | 'expired'
  | 'superseded'
  | 'unhandled'

/** The states of jobs and runs. */
export const jobStates: readonly JobState[] = [
  'scheduled',
  'queued',
  'running',
  'retrying',
  'completed',
  'failed',
  'cancelled',
  'expired',
  'superseded',
  'unhandled',
]

const ended: readonly JobState[] = ['completed', 'failed', 'cancelled', 'expired', 'superseded', 'unhandled']

/**
 * The job's state is the first of these states that one of its runs has. States that have not ended come first. Then
 * comes `cancelled`, because a cancel is a user's decision even if another run failed. Then come the other ends, the
 * worst first. `superseded` comes last, because such a run did nothing.
 */
const precedence: readonly JobState[] = [
  'running',
  'retrying',
  'queued',
  'scheduled',
  'cancelled',
  'failed',
  'expired',
  'completed',
  'superseded',
]

/** Returns true if a job or run in this state has ended. */
export function isEnded(state: JobState): boolean {
  return ended.includes(state)
}

/** The states of jobs and runs that have not ended. */
export const openStates: readonly JobState[] = jobStates.filter((state) => !isEnded(state))

/** The states of jobs that `retryJob` accepts. */
export const retryableStates: readonly JobState[] = ['failed', 'unhandled']

/** The facts about a run that determine its job's state. */
export interface RunInJob {
  /** The definition that the run executes. */
  readonly definitionId: string
  /** The run's state. */
  readonly state: JobState
}

/**
 * Returns a job's state from the newest run of each definition. Without runs it is `unhandled`.
 *
 * @param runs - oldest first
 */
export function jobStateOf(runs: readonly RunInJob[]): JobState {
  if (runs.length === 1) return runs[0]!.state
  const states = newestRuns(runs).map(({ state }) => state)
  return precedence.find((state) => states.includes(state)) ?? 'unhandled'
}

/** Returns the newest run of each definition. @param runs - oldest first */
export function newestRuns<Run extends RunInJob>(runs: readonly Run[]): Run[] {
  return [...new Map(runs.map((run) => [run.definitionId, run])).values()]
}
