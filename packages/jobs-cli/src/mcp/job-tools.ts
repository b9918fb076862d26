import { WaitTimeoutError } from '@cgk-platform/jobs-core/errors'
import type { JobDetails, JobStats, JobSummary } from '@cgk-platform/jobs-core/inspect'
import { describeCount } from '@cgk-platform/jobs-core/tools'
import { z } from 'zod/v4'

import { capitalized, count } from '../count.ts'
import { withoutPayloads } from '../operations/without-payloads.ts'
import { createCursorHandles } from './cursor-handles.ts'
import { filterInput, filterOf, filterShape, tenantShape } from './filter-input.ts'
import { getOwnJob, requireOwnJob } from './require-own-job.ts'
import { createTool, type Tool, type ToolAccess } from './tool.ts'

const longestWaitSeconds = 60

const jobId = z.string().min(1).max(500).describe('Id of the job')

/** Creates the tools that read jobs. */
export function createJobTools(access: ToolAccess): Tool[] {
  const { scope, tenantId, allowsPayloads } = access
  const handles = createCursorHandles()
  const shown = (job: JobDetails): JobDetails => (allowsPayloads ? job : withoutStacks(withoutPayloads(job)))
  const hint = allowsPayloads ? '' : ' Payload, outputs and stacks are hidden.'
  return [
    createTool({
      name: 'list_jobs',
      description: 'Lists jobs, newest first, with state, times, definitions and last error.',
      effect: 'reads',
      input: filterInput(tenantId, {
        order: z.enum(['newest', 'oldest']).describe('Order by the time of the send. Default: newest first').optional(),
        limit: z.number().int().min(1).max(50).describe('Maximum number of jobs. Default: 20').optional(),
        cursor: z.string().max(100).describe('The cursor of the previous page').optional(),
      }),
      async run({ order, limit = 20, cursor, ...filter }) {
        const start = cursor === undefined ? {} : { cursor: handles.reveal(cursor) }
        const { jobs, cursor: next } = await scope.inspect.listJobs({ ...filterOf(filter), order, limit, ...start })
        const data = { jobs: jobs.map(withoutRuns), ...(next !== undefined && { cursor: handles.hide(next) }) }
        const page = jobs.length === 0 ? 'No job on this page, which is not the last' : count(jobs.length, 'job')
        if (next === undefined) return { text: `${count(jobs.length, 'job')}.`, data }
        return { text: `${page}. There may be more: pass the cursor.`, data }
      },
    }),
    createTool({
      name: 'get_job',
      description: `Returns a job with its runs, attempts, steps and errors.${hint}`,
      effect: 'reads',
      input: z.strictObject({ jobId }),
      async run({ jobId: id }) {
        const job = await getOwnJob(access, id)
        return { text: `The job is ${job.state}.${hint}`, data: { job: shown(job) } }
      },
    }),
    createTool({
      name: 'wait_for_job',
      description: `Waits until a job ends, at most ${longestWaitSeconds} seconds, and returns its status.${hint}`,
      effect: 'reads',
      input: z.strictObject({
        jobId,
        timeoutSeconds: z.number().min(0).max(longestWaitSeconds).describe('Default: 30').optional(),
      }),
      async run({ jobId: id, timeoutSeconds = 30 }, signal) {
        await requireOwnJob(access, id)
        try {
          const job = await scope.waitForJob(id, { timeout: timeoutSeconds * 1000, signal })
          return { text: `The job is ${job.state}.${hint}`, data: { hasEnded: true, job: shown(job) } }
        } catch (error) {
          if (!WaitTimeoutError.isInstance(error)) throw error
          const job = await scope.getJobStatus(id)
          return { text: `The job is still ${job.state}.`, data: { hasEnded: false, job: shown(job) } }
        }
      },
    }),
    createTool({
      name: 'count_jobs',
      description: 'Counts jobs, also by state, definition, tenant or event. Unless `isExact`, there can be more.',
      effect: 'reads',
      input: filterInput(tenantId, {
        by: z.enum(['state', 'definition', 'tenant', 'event']).describe('Also count by this').optional(),
      }),
      async run({ by, ...filter }) {
        const counts = await scope.inspect.countJobs({ ...filterOf(filter), by })
        const stopped = counts.isExact ? '' : ' Counting was stopped.'
        return { text: `${capitalized(describeCount(counts))}.${stopped}`, data: { ...counts } }
      },
    }),
    createTool({
      name: 'get_stats',
      description:
        'Returns figures of a time range: jobs sent in it, and runs that ended in it, with failures, durations, the slowest runs and the job that waits longest. Default: the last hour.',
      effect: 'reads',
      input: statsInput(tenantId),
      async run({ intervals = 12, ...filter }) {
        const { tenantId: tenant, definitionId, since, until } = filterOf(filter)
        const range = { ...(tenant !== undefined && { tenantId: tenant }), definitionId, since, until }
        const stats = await scope.inspect.getStats({ ...range, intervals })
        return { text: describeStats(stats), data: { ...stats } }
      },
    }),
    createTool({
      name: 'list_failed_by_error',
      description:
        'Groups the runs that have failed and were not retried, or that are retried, by definition and error, most frequent first: since when, and for which tenants. Pass `definitionId` and `errorGroup` of a group to other tools for its jobs.',
      effect: 'reads',
      input: errorsInput(tenantId),
      async run({ limit, ...filter }) {
        const { tenantId: tenant, definitionId, since, until } = filterOf(filter)
        const range = { ...(tenant !== undefined && { tenantId: tenant }), definitionId, since, until }
        const errors = await scope.inspect.listErrors({ ...range, limit })
        const sum = (of: 'failed' | 'retrying'): number => errors.groups.reduce((total, group) => total + group[of], 0)
        const cut = errors.groups.length < errors.count ? `, of which ${errors.groups.length} are shown` : ''
        const read = errors.isComplete ? '' : ' Only the newest failed jobs were read.'
        const runs = `${count(sum('failed'), 'run')} failed, ${sum('retrying')} retrying`
        return { text: `${count(errors.count, 'different error')}${cut}: ${runs}.${read}`, data: { ...errors } }
      },
    }),
  ]
}

function errorsInput(tenantId: string | undefined) {
  const { definitionId, since, until } = filterShape
  const limit = z.number().int().min(1).max(100).describe('Maximum number of groups. Default: 20').optional()
  const failed = (time: typeof since, word: string) =>
    time.describe(`Only attempts that failed ${word}: \`2h\` ago, or an ISO 8601 date`)
  const shape = { definitionId, since: failed(since, 'since'), until: failed(until, 'before'), limit }
  return z.strictObject(tenantId === undefined ? { ...tenantShape, ...shape } : shape)
}

/** A page of jobs with many runs would be too large. `get_job` has them. */
function withoutRuns({ runs: _, ...job }: JobSummary): Omit<JobSummary, 'runs'> {
  return job
}

function describeStats({ jobs, isComplete, intervals }: JobStats): string {
  const counted = (number: number, noun: string): string => describeCount({ count: number, isExact: isComplete }, noun)
  const sum = (name: 'completed' | 'failed'): string =>
    counted(
      intervals.reduce((total, interval) => total + interval[name], 0),
      'run',
    )
  const text = `${counted(jobs, 'job')} sent, ${sum('completed')} completed, ${sum('failed')} failed.`
  return capitalized(isComplete ? text : `${text} Counting was stopped.`)
}

/** Returns a job as JSON without the stacks and causes of errors, which can contain values of a payload. */
function withoutStacks(job: JobDetails): JobDetails {
  const hide = (name: string, value: unknown): unknown => (name === 'stack' || name === 'cause' ? undefined : value)
  return JSON.parse(JSON.stringify(job, hide)) as JobDetails
}

function statsInput(tenantId: string | undefined) {
  const { definitionId, since, until } = filterShape
  const intervals = z.number().int().min(1).max(100).describe('Number of intervals. Default: 12').optional()
  const shape = { definitionId, since, until, intervals }
  return z.strictObject(tenantId === undefined ? { ...tenantShape, ...shape } : shape)
}
