import type { JobsChange } from '@cgk-platform/jobs-core/inspect'

import { renderTable } from '../terminal/render-table.ts'
import { toJson } from '../terminal/to-json.ts'
import { describeError } from './describe-error.ts'
import type { FilterFlags } from './filter-flags.ts'
import { jobColumns } from './job-columns.ts'
import { readCount } from './read-count.ts'
import type { OperationContext, OperationFlags } from './run-operation.ts'
import { scopeOf } from './scope-of.ts'
import { toJobFilter } from './to-job-filter.ts'

/** The flags of `tail`. */
export interface TailFlags extends FilterFlags, OperationFlags {
  readonly limit?: string
}

/** Prints the newest jobs, then each change of them, until Ctrl-C. */
export async function tailJobs(flags: TailFlags, context: OperationContext): Promise<void> {
  const { client, output, untilInterrupted } = context
  const { limit, json = false, tenant } = flags
  let lastProblem: string | undefined
  const stop = scopeOf(client, tenant).inspect.subscribe(
    toJobFilter(flags),
    (change) => {
      lastProblem = undefined
      void output.write(json ? toLines(change) : toTable(change, context))
    },
    {
      ...(limit !== undefined && { limit: readCount(limit, '--limit') }),
      onError(error) {
        const { message } = describeError(error)
        if (message !== lastProblem) output.note(`warning: ${message}`)
        lastProblem = message
      },
    },
  )
  const keepAlive = setInterval(() => undefined, 60_000)
  await new Promise<void>((resolve) => {
    untilInterrupted().addEventListener('abort', () => resolve())
  })
  clearInterval(keepAlive)
  stop()
}

/** One JSON object on each line: a job, or the id of one that no longer matches. */
function toLines({ jobs, removed }: JobsChange): string {
  return [...jobs.toReversed(), ...removed.map((id) => ({ id, removed: true }))]
    .map((line) => `${toJson(line)}\n`)
    .join('')
}

/** The newest job comes last, as in a log. */
function toTable({ jobs }: JobsChange, { output }: OperationContext): string {
  if (jobs.length === 0) return ''
  const table = renderTable(jobs.toReversed(), jobColumns(Date.now()), output)
  return table
}
