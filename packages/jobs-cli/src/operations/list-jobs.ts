import { isEnded } from '@cgk-platform/jobs-core'
import type { InspectListOptions } from '@cgk-platform/jobs-core/inspect'
import { invalidOption } from '@cgk-platform/jobs-core/provider'

import type { Output } from '../terminal/output.ts'
import { renderTable } from '../terminal/render-table.ts'
import { toJson } from '../terminal/to-json.ts'
import type { FilterFlags } from './filter-flags.ts'
import { jobColumns } from './job-columns.ts'
import { readCount } from './read-count.ts'
import type { OperationContext, OperationFlags } from './run-operation.ts'
import { type Scope, scopeOf } from './scope-of.ts'
import { toJobFilter } from './to-job-filter.ts'

/** The flags of `list`. */
export interface ListFlags extends FilterFlags, OperationFlags {
  readonly oldest?: boolean
  readonly limit?: string
  readonly cursor?: string
  readonly all?: boolean
}

/** Lists jobs: one page, or all pages. */
export async function listJobs(flags: ListFlags, { client, output }: OperationContext): Promise<void> {
  const { oldest, limit, cursor, all = false, json = false } = flags
  if (all && limit !== undefined) throw invalidOption('--limit', 'cannot be combined with `--all`', 'Omit one of both.')
  const options: InspectListOptions = {
    ...toJobFilter(flags),
    ...(oldest && { order: 'oldest' }),
    ...(all ? { limit: 1000 } : limit !== undefined && { limit: readCount(limit, '--limit') }),
  }
  const print = json ? printJson : printTables
  await print(pagesOf(scopeOf(client, flags.tenant), options, cursor, all), output, hintFor(options))
}

/** `--since` finds no job that was sent earlier and ended since. */
function hintFor({ states, since, endedSince }: InspectListOptions): string {
  const isOfEnded = states?.every(isEnded) && since !== undefined && endedSince === undefined
  return isOfEnded ? ' `--since` is the time of the send. For jobs that ended since, use `--ended-since`.' : ''
}

interface Page {
  readonly jobs: Awaited<ReturnType<Scope['inspect']['listJobs']>>['jobs']
  readonly cursor?: string | undefined
}

async function* pagesOf(
  { inspect }: Scope,
  options: InspectListOptions,
  start: string | undefined,
  isAll: boolean,
): AsyncGenerator<Page> {
  let cursor = start
  do {
    const page: Page = await inspect.listJobs({ ...options, ...(cursor !== undefined && { cursor }) })
    yield page
    cursor = page.cursor
  } while (isAll && cursor !== undefined)
}

/** Prints one object, page by page: a job on each line. */
async function printJson(pages: AsyncIterable<Page>, output: Output): Promise<void> {
  let separator = '{"jobs":[\n'
  let cursor: string | undefined
  for await (const page of pages) {
    ;({ cursor } = page)
    for (const job of page.jobs) {
      await output.write(`${separator}${toJson(job)}`)
      separator = ',\n'
    }
  }
  const start = separator === ',\n' ? '\n' : '{"jobs":['
  await output.write(`${start}]${cursor === undefined ? '' : `,"cursor":${toJson(cursor)}`}}\n`)
}

async function printTables(pages: AsyncIterable<Page>, output: Output, hint: string): Promise<void> {
  let count = 0
  let cursor: string | undefined
  for await (const page of pages) {
    ;({ cursor } = page)
    if (page.jobs.length > 0) await output.write(renderTable(page.jobs, jobColumns(Date.now()), output))
    count += page.jobs.length
  }
  if (count === 0) output.note(cursor === undefined ? `No jobs match.${hint}` : 'No jobs match on this page.')
  if (cursor !== undefined) output.note(`More: add \`--cursor ${cursor}\` or \`--all\`.`)
}
