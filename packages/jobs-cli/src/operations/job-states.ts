import type { JobState } from '@cgk-platform/jobs-core'

import { stateStyles } from './state-styles.ts'

/** The states of jobs. */
export const jobStates = Object.keys(stateStyles) as readonly JobState[]
