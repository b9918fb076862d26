import type { ErrorGroup } from '@cgk-platform/jobs-core/inspect'
import { escapeInvisible } from '@cgk-platform/jobs-core/tools'

import { capitalized, count } from '../count.ts'
import { formatDistance } from '../terminal/format-distance.ts'
import { type Column, renderTable } from '../terminal/render-table.ts'
import { toJson } from '../terminal/to-json.ts'
import { readCount } from './read-count.ts'
import { readInstant } from './read-instant.ts'
import type { OperationContext, OperationFlags } from './run-operation.ts'
import { scopeOf } from './scope-of.ts'

/** The flags of `errors`. */
export interface ErrorsFlags extends OperationFlags {
  readonly tenant?: string
  readonly definition?: string
  readonly since?: string
  readonly until?: string
  readonly limit?: string
}

/** Prints what fails: the failures of now by definition and error. */
export async function listErrors(flags: ErrorsFlags, { client, output }: OperationContext): Promise<void> {
  const { tenant, definition, since, until, limit, json = false } = flags
  const errors = await scopeOf(client, tenant).inspect.listErrors({
    ...(definition !== undefined && { definitionId: definition }),
    ...(since !== undefined && { since: readInstant(since, '--since') }),
    ...(until !== undefined && { until: readInstant(until, '--until') }),
    ...(limit !== undefined && { limit: readCount(limit, '--limit') }),
  })
  if (json) return output.write(`${toJson(errors, 2)}\n`)
  const { groups, isComplete, searchedTo } = errors
  const read = searchedTo ? `of the jobs sent since ${searchedTo.toISOString()}` : 'of the newest jobs'
  const stopped = isComplete ? '' : `These are only those ${read}.\n`
  if (groups.length === 0) return output.write(`Nothing fails.\n${stopped}`)
  const left = errors.count - groups.length
  const more = left > 0 ? `${capitalized(count(left, 'more group'))}: pass --limit.\n` : ''
  const again = hintFor(groups[0]!)
  await output.write(`${renderTable(groups, columns(Date.now()), output)}\n${more}${stopped}${again}`)
}

function columns(now: number): Column<ErrorGroup>[] {
  const ago = (time: Date): string => formatDistance(time, now)
  return [
    { title: 'FAILED', text: ({ failed }) => failed, style: () => 'red' },
    { title: 'RETRYING', text: ({ retrying }) => retrying },
    { title: 'TENANTS', text: ({ tenants }) => tenants },
    { title: 'FIRST', text: ({ firstSeen }) => ago(firstSeen) },
    { title: 'LAST', text: ({ lastSeen }) => ago(lastSeen) },
    { title: 'DEFINITION', text: ({ definitionId }) => definitionId },
    { title: 'ERROR', text: ({ errorGroup }) => errorGroup },
    { title: 'NEWEST JOB', text: ({ latestJobId }) => latestJobId, isWhole: true, isOptional: true },
  ]
}

/** Names the flags that select the first group, whatever the time range. They are none if it cannot be retried. */
function hintFor({ definitionId, errorGroup, failed }: ErrorGroup): string {
  const flags = `--definition ${quoted(definitionId)} --error-group ${quoted(errorGroup)}`
  const canCopy = errorGroup !== '' && escapeInvisible(flags) === flags
  return failed > 0 && canCopy ? `To retry the first group, add to \`retry\`: ${flags}\n` : ''
}

/** Quotes an argument for a shell. */
function quoted(text: string): string {
  return /^[\w.:-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
