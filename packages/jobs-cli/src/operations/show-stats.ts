import type { GroupStats, JobCount, JobStats } from '@cgk-platform/jobs-core/inspect'

import { describeCount } from '@cgk-platform/jobs-core/tools'

import { formatDuration } from '../terminal/format-duration.ts'
import type { Output } from '../terminal/output.ts'
import { type Column, renderTable } from '../terminal/render-table.ts'
import { toJson } from '../terminal/to-json.ts'
import { jobColumns } from './job-columns.ts'
import { readInstant } from './read-instant.ts'
import type { OperationContext, OperationFlags } from './run-operation.ts'
import { scopeOf } from './scope-of.ts'
import { stateStyle } from './state-style.ts'

/** The flags of `stats`. */
export interface StatsFlags extends OperationFlags {
  readonly tenant?: string
  readonly definition?: string
  readonly since?: string
}

/** Prints the number of jobs in each state, and the figures of a time range. */
export async function showStats(flags: StatsFlags, { client, output }: OperationContext): Promise<void> {
  const { tenant, definition, since, json = false } = flags
  const { inspect } = scopeOf(client, tenant)
  const only = definition === undefined ? {} : { definitionId: definition }
  const stats = await inspect.getStats({
    ...only,
    ...(since !== undefined && { since: readInstant(since, '--since') }),
  })
  if (json) return output.write(`${toJson(stats, 2)}\n`)
  const { features } = await client.capabilities()
  // A hosted engine tells only the states of the jobs of the time range.
  const counted = features['inspect.countJobs: exact'].supported ? 'All jobs' : 'Jobs of this time by state'
  const sections: readonly (string | undefined)[] = [
    titled(counted, renderTable(stats.states.groups, countColumns, output), stats.states.groups.length, output),
    summarize(stats, output),
    titled(
      'By definition',
      renderTable(stats.definitions, groupColumns('DEFINITION'), output),
      stats.definitions.length,
      output,
    ),
    titled('By tenant', renderTable(stats.tenants, groupColumns('TENANT'), output), stats.tenants.length, output),
    titled('Slowest', renderTable(stats.slowest, jobColumns(Date.now()), output), stats.slowest.length, output),
    stats.oldestWaiting &&
      titled('Waiting longest', renderTable([stats.oldestWaiting], jobColumns(Date.now()), output), 1, output),
  ]
  await output.write(sections.filter((section) => section !== undefined).join('\n'))
}

const countColumns: Column<JobCount & { readonly key: string }>[] = [
  { title: 'STATE', text: ({ key }) => key, style: ({ key }) => stateStyle(key) },
  { title: 'JOBS', text: ({ count, isExact }) => `${count}${isExact ? '' : '+'}` },
]

function groupColumns(title: string): Column<GroupStats>[] {
  return [
    { title, text: ({ key }) => key },
    { title: 'JOBS', text: ({ jobs }) => jobs },
    { title: 'RUNS', text: ({ runs }) => runs },
    { title: 'COMPLETED', text: ({ completed }) => completed, style: () => 'green' },
    { title: 'FAILED', text: ({ failed }) => failed, style: ({ failed }) => (failed > 0 ? 'red' : 'reset') },
    { title: 'OPEN', text: ({ open }) => open },
    { title: 'MEDIAN', text: ({ medianMs }) => (medianMs === undefined ? undefined : formatDuration(medianMs)) },
    { title: 'P95', text: ({ p95Ms }) => (p95Ms === undefined ? undefined : formatDuration(p95Ms)) },
  ]
}

function summarize({ since, until, jobs, isComplete, searchedTo, intervals }: JobStats, { paint }: Output): string {
  const sum = (field: 'completed' | 'failed'): number => intervals.reduce((total, one) => total + one[field], 0)
  const counted = (count: number, noun: string): string => describeCount({ count, isExact: isComplete }, noun)
  const title = paint('bold', `From ${since.toISOString()} to ${until.toISOString()}`)
  const sent = `${counted(jobs, 'job')} sent`
  const ended = `${counted(sum('completed'), 'run')} completed, ${counted(sum('failed'), 'run')} failed`
  const known = searchedTo ? `of the jobs sent since ${searchedTo.toISOString()}` : 'of the newest jobs'
  return `${title}\n${sent}, ${ended}${isComplete ? '' : `: counting was stopped, so these are figures ${known}`}\n`
}

function titled(title: string, table: string, rows: number, { paint }: Output): string | undefined {
  return rows === 0 ? undefined : `${paint('bold', title)}\n${table}`
}
