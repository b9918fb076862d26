import type { IconName } from './icon.tsx'

/** A color with a meaning. */
export type Tone = 'green' | 'red' | 'blue' | 'amber' | 'violet' | 'gray'

/** The appearance of a state: never only a color. */
export interface StateLook {
  readonly tone: Tone
  readonly icon: IconName
  readonly label: string
}

/** The appearance of each state of jobs, runs, attempts, steps and compensations. */
export const stateLooks: Readonly<Record<string, StateLook>> = {
  scheduled: { tone: 'violet', icon: 'calendar', label: 'Scheduled' },
  queued: { tone: 'gray', icon: 'clock', label: 'Queued' },
  running: { tone: 'blue', icon: 'spinner', label: 'Running' },
  waiting: { tone: 'violet', icon: 'hourglass', label: 'Waiting' },
  retrying: { tone: 'amber', icon: 'rotate', label: 'Retrying' },
  completed: { tone: 'green', icon: 'check', label: 'Completed' },
  failed: { tone: 'red', icon: 'cross', label: 'Failed' },
  cancelled: { tone: 'gray', icon: 'slash', label: 'Cancelled' },
  expired: { tone: 'gray', icon: 'hourglass', label: 'Expired' },
  superseded: { tone: 'gray', icon: 'skip', label: 'Superseded' },
}

/** Returns the appearance of a state, also of one that this version does not know. */
export function stateLook(state: string): StateLook {
  return stateLooks[state] ?? { tone: 'gray', icon: 'info', label: state }
}
