import type { JobSummary } from '@cgk-platform/jobs-core/inspect'

import { formatDuration } from '../terminal/format-duration.ts'
import type { Column } from '../terminal/render-table.ts'
import { stateStyle } from './state-style.ts'

/** Returns the columns of a table of jobs. @param now - epoch milliseconds */
export function jobColumns(now: number): Column<JobSummary>[] {
  return [
    { title: 'JOB', text: ({ id }) => id, isWhole: true },
    { title: 'STATE', text: describeState, style: ({ state }) => stateStyle(state), isWhole: true },
    { title: 'EVENT', text: ({ event }) => event },
    { title: 'DEFINITIONS', text: ({ definitionIds }) => definitionIds.join(', '), isOptional: true },
    { title: 'TENANT', text: ({ tenantId }) => tenantId },
    {
      title: 'AGE',
      text: ({ createdAt }) => formatDuration(now - createdAt.getTime()),
      style: () => 'dim',
      isWhole: true,
    },
    {
      title: 'TOOK',
      text: ({ durationMs }) => (durationMs === undefined ? undefined : formatDuration(durationMs)),
      isWhole: true,
      isOptional: true,
    },
    { title: 'ATTEMPTS', text: ({ attempts }) => attempts || undefined, isWhole: true, isOptional: true },
    { title: 'ERROR', text: describeFailure, style: () => 'red' },
  ]
}

function describeState({ state, waiting, isSuspended }: JobSummary): string {
  if (waiting?.kind === 'paused') return `${state}, paused`
  return isSuspended ? `${state}, waits` : state
}

/** Names the definition that failed, if the job has several. */
function describeFailure({ error, definitionIds }: JobSummary): string | undefined {
  if (!error) return undefined
  const text = `${error.name}: ${error.message}`
  return definitionIds.length > 1 ? `${error.definitionId}: ${text}` : text
}
