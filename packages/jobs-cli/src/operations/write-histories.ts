import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { WorkflowHistory } from '@cgk-platform/jobs-core/inspect'
import { invalidOption } from '@cgk-platform/jobs-core/provider'
import { escapeInvisible, toWorkflowHistories } from '@cgk-platform/jobs-core/tools'

import { count } from '../count.ts'
import { toJson } from '../terminal/to-json.ts'
import type { FilterFlags } from './filter-flags.ts'
import { readCount } from './read-count.ts'
import type { OperationContext, OperationFlags } from './run-operation.ts'
import { type Scope, scopeOf } from './scope-of.ts'
import { toJobFilter } from './to-job-filter.ts'
import { withoutPayloads } from './without-payloads.ts'

/** The flags of `history`. */
export interface HistoryFlags extends FilterFlags, OperationFlags {
  readonly out: string
  readonly limit?: string
  readonly payload?: boolean
}

/** Writes the recorded steps of each run of a workflow to a file of a folder, for `replayHistory`. */
export async function writeHistories(
  ids: readonly string[],
  flags: HistoryFlags,
  { client, output }: OperationContext,
): Promise<void> {
  const { out, definition, payload = false, json = false } = flags
  const scope = scopeOf(client, flags.tenant)
  const files: string[] = []
  let hasMore = false
  for await (const id of ids.length > 0 ? checkedIds(ids, flags) : idsOf(scope, flags, () => (hasMore = true))) {
    const job = await scope.inspect.getJob(id)
    const histories = toWorkflowHistories(payload ? job : withoutPayloads(job))
    for (const history of histories) {
      if (definition === undefined || history.definitionId === definition) files.push(writeHistory(out, history))
    }
  }
  if (hasMore) output.note('More jobs match. Raise `--limit`, or add filters.')
  if (json) return output.write(`${toJson({ files }, 2)}\n`)
  await output.write(`Wrote ${count(files.length, 'file')} to ${escapeInvisible(out)}.\n`)
  if (files.length > 0 && !payload) output.note('Payloads and outputs are omitted. Add `--payload` to write them.')
}

function checkedIds(ids: readonly string[], flags: HistoryFlags): readonly string[] {
  const { definition: _, ...filter } = toJobFilter(flags) as Record<string, unknown>
  if (Object.keys(filter).length === 0) return ids
  throw invalidOption('ids', 'cannot be combined with filters', 'Pass the ids of jobs, or filters.')
}

/** Returns the ids of the newest jobs that match the filters. Calls `onMore` at the end if more match. */
async function* idsOf({ inspect }: Scope, flags: HistoryFlags, onMore: () => void): AsyncGenerator<string> {
  let left = flags.limit === undefined ? 100 : readCount(flags.limit, '--limit')
  let cursor: string | undefined
  do {
    const limit = Math.min(left, 1000)
    const page = await inspect.listJobs({ ...toJobFilter(flags), limit, ...(cursor !== undefined && { cursor }) })
    for (const { id } of page.jobs) yield id
    left -= page.jobs.length
    cursor = page.cursor
  } while (cursor !== undefined && left > 0)
  if (cursor !== undefined) onMore()
}

/** Writes a history and returns the path of its file. */
function writeHistory(folder: string, history: WorkflowHistory): string {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `${encodeURIComponent(history.definitionId)}-${encodeURIComponent(history.runId)}.json`)
  writeFileSync(path, `${toJson(history, 2)}\n`)
  return path
}
