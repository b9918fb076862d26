import type { JobState } from '@cgk-platform/jobs-core'

import type { IconName } from './icon.tsx'

/** A color with a meaning. */
export type Tone = 'green' | 'red' | 'blue' | 'amber' | 'violet' | 'gray'

/** The appearance of a state: never only a color. */
export interface StateLook {
  readonly tone: Tone
  readonly icon: IconName
  readonly label: string
}

/** The appearance of each state of a job, in the order of its life. */
export const jobStateLooks: Readonly<Record<JobState, StateLook>> = {
  scheduled: { tone: 'violet', icon: 'calendar', label: 'Scheduled' },
  queued: { tone: 'gray', icon: 'clock', label: 'Queued' },
  running: { tone: 'blue', icon: 'spinner', label: 'Running' },
  retrying: { tone: 'amber', icon: 'rotate', label: 'Retrying' },
  completed: { tone: 'green', icon: 'check', label: 'Completed' },
  failed: { tone: 'red', icon: 'cross', label: 'Failed' },
  cancelled: { tone: 'gray', icon: 'slash', label: 'Cancelled' },
  expired: { tone: 'gray', icon: 'hourglass', label: 'Expired' },
  superseded: { tone: 'gray', icon: 'skip', label: 'Superseded' },
  unhandled: { tone: 'amber', icon: 'info', label: 'Unhandled' },
}

/** The states of jobs. The pages do not load the library for them. */
export const jobStates = Object.keys(jobStateLooks) as readonly JobState[]

/** The appearance of each state of jobs, runs, attempts, steps and compensations, and of jobs that wait. */
const stateLooks = new Map<string, StateLook>([
  ...Object.entries(jobStateLooks),
  ['waiting', { tone: 'violet', icon: 'hourglass', label: 'Waiting' }],
  ['paused', { tone: 'amber', icon: 'pause', label: 'Paused' }],
])

/** Returns the appearance of a state, also of one that this version does not know. */
export function stateLook(state: string): StateLook {
  return stateLooks.get(state) ?? { tone: 'gray', icon: 'info', label: state }
}
