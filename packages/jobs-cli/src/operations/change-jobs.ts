import type { ChangeJobsOptions, ChangeJobsResult, JobFilter } from '@cgk-platform/jobs-core/inspect'
import { invalidOption } from '@cgk-platform/jobs-core/provider'
import { countMayExceed, describeCount, escapeInvisible } from '@cgk-platform/jobs-core/tools'

import { capitalized, count } from '../count.ts'
import { toJson } from '../terminal/to-json.ts'
import { confirmChange } from './confirm-change.ts'
import type { FilterFlags } from './filter-flags.ts'
import type { OperationContext, OperationFlags } from './run-operation.ts'
import { scopeOf } from './scope-of.ts'
import { toJobFilter } from './to-job-filter.ts'

type Change = 'retry' | 'cancel'

/** The flags of `retry` and `cancel`. */
export interface ChangeFlags extends FilterFlags, OperationFlags {
  readonly dryRun?: boolean
  readonly yes?: boolean
}

const pastTense: Readonly<Record<Change, string>> = { retry: 'retried', cancel: 'cancelled' }

/** Retries or cancels the jobs with these ids, or those that match the filters. */
export async function changeJobs(
  change: Change,
  ids: readonly string[],
  flags: ChangeFlags,
  context: OperationContext,
): Promise<number> {
  const { client, output } = context
  const { inspect } = scopeOf(client, flags.tenant)
  const filter = toJobFilter(flags)
  checkSelection(change, ids, filter, flags)
  const selected = ids.length > 0 ? { ids } : filter
  const run = async (options: ChangeJobsOptions): Promise<ChangeJobsResult> =>
    change === 'retry' ? inspect.retryJobs(selected, options) : inspect.cancelJobs(selected, options)
  const report = progressReporter(change, context)
  if (flags.dryRun) return print(change, await run({ dryRun: true }), flags, context)
  const isOneJob = ids.length === 1
  if (!isOneJob && !flags.yes) {
    const { matched, isComplete } = await run({ dryRun: true })
    const counted = { count: matched, isExact: isComplete }
    if (countMayExceed(counted, 1)) {
      const jobs = describeCount(counted)
      const stopped = isComplete ? '' : '; counting was stopped'
      const question = `${capitalized(change)} ${jobs}${stopped && ` (${stopped.slice(2)})`}?`
      const refusal = `${jobs} match${stopped}. Add \`--yes\` to ${change} them, or \`--dry-run\` to count them.`
      const declined = `No job was ${pastTense[change]}.`
      const exitCode = await confirmChange({ question, refusal, declined }, output)
      if (exitCode !== undefined) return exitCode
    }
  }
  const result = await run({ signal: context.untilInterrupted(), onProgress: report })
  return print(change, result, flags, context)
}

function checkSelection(change: Change, ids: readonly string[], filter: JobFilter, { tenant }: FilterFlags): void {
  const hasFilter = Object.keys(filter).length > 0
  if (ids.length > 0 && hasFilter) {
    throw invalidOption('ids', 'cannot be combined with filters', 'Pass the ids of jobs, or filters.')
  }
  if (ids.length > 0 || hasFilter || tenant !== undefined) return
  const remedy = `Pass the ids of jobs, or filters such as \`--definition send-receipt --since 2h\`.`
  throw invalidOption('ids', `are missing, and no filter says which jobs to ${change}`, remedy)
}

/** Reports on stderr once a second. */
function progressReporter(change: Change, { output }: OperationContext): (progress: ChangeJobsResult) => void {
  let nextAt = Date.now() + 1000
  return ({ matched, changed, skipped, failures }) => {
    if (Date.now() < nextAt) return
    nextAt = Date.now() + 1000
    output.note(`${changed + skipped + failures} of ${matched} jobs, ${changed} ${pastTense[change]}`)
  }
}

async function print(
  change: Change,
  result: ChangeJobsResult,
  { json = false, dryRun = false }: ChangeFlags,
  { output }: OperationContext,
): Promise<number> {
  const { matched, changed, skipped, failed, failures, isComplete, searchedTo } = result
  const past = pastTense[change]
  if (json) await output.write(`${toJson(result, 2)}\n`)
  else if (dryRun) {
    await output.write(`${describeCount({ count: matched, isExact: isComplete })} would be ${past}.\n`)
    // Some engines list the oldest jobs first, others the newest.
    const place = searchedTo ? ` at the jobs that were sent at ${searchedTo.toISOString()}` : ''
    if (!isComplete) output.note(`Counting was stopped${place}. There may be more.`)
  } else {
    const rest = [skipped > 0 ? `${skipped} skipped` : '', failures > 0 ? `${failures} failed` : ''].filter(Boolean)
    await output.write(`${[`${count(changed, 'job')} ${past}`, ...rest].join(', ')}.\n`)
  }
  if (skipped > 0 && !dryRun && !json) {
    output.note(
      change === 'retry' ? 'Only failed and unhandled jobs are retried.' : 'Jobs that have ended stay as they are.',
    )
  }
  for (const { jobId, error } of failed) {
    output.note(
      `error: ${escapeInvisible(`${jobId}: ${error.message}`)}${error.code === undefined ? '' : ` (${error.code})`}`,
    )
  }
  if (!dryRun && !isComplete) output.note('Not all jobs were handled. Repeat the command to continue.')
  if (failures === 0) return dryRun || isComplete ? 0 : 1
  return failed.length === failures && failed.every(({ error }) => error.code === 'job_not_found') ? 3 : 1
}
