import type { JobState } from '@cgk-platform/jobs-core'
import { jobStateOf } from '@cgk-platform/jobs-core/provider'
import { jobStates } from '@cgk-platform/jobs-core/scheduling'

/** The states in the order in which one of several runs determines the state of their job. */
const order: readonly JobState[] = jobStates.toSorted((one, other) =>
  jobStateOf([
    { definitionId: '1', state: one },
    { definitionId: '2', state: other },
  ]) === one
    ? -1
    : 1,
)

const rankOfRun = `CASE r.state ${order.map((state, rank) => `WHEN '${state}' THEN ${rank}`).join(' ')} END`

/** SQL for the state of a job from its newest runs `r`, which it aggregates. */
export const stateOfRuns: string = `CASE min(${rankOfRun}) ${order.map((state, rank) => `WHEN ${rank} THEN '${state}'`).join(' ')} END`
