import type { JobSummary } from '@cgk-platform/jobs-core'

import { formatDuration } from '../terminal/format-duration.ts'
import type { Column } from '../terminal/render-table.ts'
import { stateStyle } from './state-style.ts'

/** Returns the columns of a table of jobs. @param now - epoch milliseconds */
export function jobColumns(now: number): Column<JobSummary>[] {
  return [
    { title: 'JOB', text: ({ id }) => id, isWhole: true },
    { title: 'STATE', text: ({ state }) => state, style: ({ state }) => stateStyle(state), isWhole: true },
    { title: 'EVENT', text: ({ event }) => event },
    { title: 'DEFINITIONS', text: ({ definitionIds }) => definitionIds.join(', '), isOptional: true },
    { title: 'TENANT', text: ({ tenantId }) => tenantId },
    {
      title: 'AGE',
      text: ({ createdAt }) => formatDuration(now - createdAt.getTime()),
      style: () => 'dim',
      isWhole: true,
    },
    { title: 'TOOK', text: tookOf, isWhole: true, isOptional: true },
    { title: 'ATTEMPTS', text: ({ attempts }) => attempts || undefined, isWhole: true, isOptional: true },
    { title: 'ERROR', text: ({ error }) => error && `${error.name}: ${error.message}`, style: () => 'red' },
  ]
}

function tookOf({ startedAt, endedAt }: JobSummary): string | undefined {
  return startedAt && endedAt && formatDuration(endedAt.getTime() - startedAt.getTime())
}
