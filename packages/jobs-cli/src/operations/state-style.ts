import type { JobState } from '@cgk-platform/jobs-core'

import type { Style } from '../terminal/output.ts'

/** The color of each state of a job. */
const stateStyles: Readonly<Record<JobState, Style>> = {
  scheduled: 'magenta',
  queued: 'blue',
  running: 'cyan',
  retrying: 'yellow',
  completed: 'green',
  failed: 'red',
  cancelled: 'gray',
  expired: 'gray',
  superseded: 'gray',
  unhandled: 'yellow',
}

/** Returns the color of a state of a job, a run or a step. */
export function stateStyle(state: string): Style {
  return (stateStyles as Readonly<Record<string, Style>>)[state] ?? 'reset'
}
