import type { JobHandle, PauseTarget } from '@cgk-platform/jobs-core'
import type { ChangeJobsOptions, ChangeJobsResult, JobFilter } from '@cgk-platform/jobs-core/inspect'
import { invalidOption } from '@cgk-platform/jobs-core/provider'
import { describeCount } from '@cgk-platform/jobs-core/tools'
import { z } from 'zod/v4'

import { capitalized, count } from '../count.ts'
import { scopeOf } from '../operations/scope-of.ts'
import { warningOfPause } from '../operations/warning-of-pause.ts'
import { type CursorHandles, createCursorHandles } from './cursor-handles.ts'
import { describeFailure } from './describe-failure.ts'
import { filterInput, filterOf } from './filter-input.ts'
import { requireOwnJob } from './require-own-job.ts'
import { createTool, type Tool, type ToolAccess, type ToolResult } from './tool.ts'

const id = (description: string): z.ZodString => z.string().min(1).max(500).describe(description)
const jobId = id('Id of the job')
const cursor = z.string().max(100).describe('The cursor of the previous result: continues there').optional()
/** A client gives up after a minute. A change that takes longer continues with its cursor. */
const maxChangeMs = 45_000
const dryRun = z.boolean().describe('Default true: only counts the jobs. Pass false to change them').optional()

/** Creates the tools that change jobs. */
export function createWriteTools(access: ToolAccess): Tool[] {
  const { client, scope, tenantId } = access
  const handles = createCursorHandles()
  const ofTenant = tenantId === undefined ? { tenantId: id('The tenant').optional() } : {}
  const tools = [
    createTool({
      name: 'retry_job',
      description:
        'Retries a failed job: starts new runs of the definitions that failed. Sends an unhandled job to its definitions again.',
      effect: 'writes',
      input: z.strictObject({ jobId }),
      async run(input) {
        await requireOwnJob(access, input.jobId)
        const job = await scope.retryJob(input.jobId)
        return { text: 'The job is retried.', data: { job } }
      },
    }),
    createTool({
      name: 'cancel_job',
      description: 'Cancels a job for good. A job that has ended keeps its state.',
      effect: 'destroys',
      input: z.strictObject({ jobId }),
      async run(input) {
        await requireOwnJob(access, input.jobId)
        const { id: cancelled, state } = await scope.cancelJob(input.jobId)
        return { text: `The job is ${state}.`, data: { job: { id: cancelled, state } } }
      },
    }),
    createTool({
      name: 'signal_job',
      description: 'Sends a signal to the workflow of a job. `waitsFor.signal` of its steps tells which it waits for.',
      effect: 'writes',
      input: z.strictObject({
        jobId,
        signal: id('Name of the signal'),
        payload: z.record(z.string(), z.unknown()).describe("The signal's payload"),
        idempotencyKey: z.string().min(1).max(200).describe('A second signal with this key is ignored').optional(),
      }),
      async run(input) {
        await requireOwnJob(access, input.jobId)
        const { jobId: signaled, signal, payload, idempotencyKey } = input
        await scope.signalJob(signaled, signal, payload, { idempotencyKey })
        return { text: 'The signal was sent.', data: { jobId: signaled, signal } }
      },
    }),
    createTool({
      name: 'retry_jobs',
      description:
        'Retries the failed jobs that match the filters, or with `states` also unhandled ones. Count them first: it is a dry run by default.',
      effect: 'writes',
      input: filterInput(tenantId, { dryRun, cursor }),
      run: ({ dryRun: isDry = true, cursor: handle, ...filter }, signal) =>
        changeJobs('retried', filterOf(filter), { access, isDry, handle, handles, signal }, (...given) =>
          scope.inspect.retryJobs(...given),
        ),
    }),
    createTool({
      name: 'cancel_jobs',
      description: 'Cancels for good the jobs that match the filters and have not ended. It is a dry run by default.',
      effect: 'destroys',
      input: filterInput(tenantId, { dryRun, cursor }),
      run: ({ dryRun: isDry = true, cursor: handle, ...filter }, signal) =>
        changeJobs('cancelled', filterOf(filter), { access, isDry, handle, handles, signal }, (...given) =>
          scope.inspect.cancelJobs(...given),
        ),
    }),
    createTool({
      name: 'send_job',
      description: 'Sends an event, which creates a job.',
      effect: 'writes',
      input: z.strictObject({
        event: id('Name of the event'),
        payload: z.record(z.string(), z.unknown()).describe("The event's payload"),
        ...ofTenant,
        delay: z.string().max(20).describe('Time before the first attempt, such as `10m`').optional(),
        idempotencyKey: id('A second send with this key creates no job').optional(),
        reference: z.array(id('What the job is about')).max(5).optional(),
        rerunOf: id('The job that this one runs again, with another payload').optional(),
      }),
      async run({ event, payload, delay, idempotencyKey, reference, rerunOf, ...rest }) {
        if (rerunOf !== undefined) await requireOwnJob(access, rerunOf)
        const sender = tenantId === undefined ? scopeOf(client, (rest as { tenantId?: string }).tenantId) : scope
        // An event of an assistant has no type. The client checks its name and its payload.
        const send = sender.sendJob as (...job: unknown[]) => Promise<JobHandle>
        const job = await send(event, payload, { delay, idempotencyKey, reference, rerunOf })
        return { text: job.deduplicated ? 'The job existed already.' : 'The job was sent.', data: { job } }
      },
    }),
    createTool({
      name: 'pause_jobs',
      description: 'Pauses a definition or a tenant: its runs do not start until `resume_jobs`.',
      effect: 'writes',
      input: pauseInput(tenantId),
      async run(input) {
        const target = targetOf(input, tenantId)
        await client.pauseJobs(target)
        const warning = await warningOfPause(client, target)
        const text = warning === undefined ? 'Paused.' : `Paused. ${warning}`
        return { text, data: { ...target, ...(warning !== undefined && { warning }) } }
      },
    }),
    createTool({
      name: 'resume_jobs',
      description: 'Resumes a definition or a tenant.',
      effect: 'writes',
      input: pauseInput(tenantId),
      async run(input) {
        const target = targetOf(input, tenantId)
        await client.resumeJobs(target)
        return { text: 'Resumed.', data: { ...target } }
      },
    }),
  ]
  if (tenantId !== undefined) return tools
  return [
    ...tools,
    createTool({
      name: 'run_cron_job',
      description: 'Runs a cron job now, as a tick at this moment would: one job for each of its tenants.',
      effect: 'writes',
      input: z.strictObject({ definitionId: id('Id of the cron job') }),
      async run({ definitionId }) {
        const jobs = await client.inspect.runCronJob(definitionId)
        return { text: `${count(jobs.length, 'job')} sent.`, data: { jobs } }
      },
    }),
  ]
}

interface ChangeCall {
  readonly access: ToolAccess
  readonly isDry: boolean
  readonly handle: string | undefined
  readonly handles: CursorHandles
  readonly signal: AbortSignal
}

async function changeJobs(
  done: string,
  filter: JobFilter,
  { access, isDry, handle, handles, signal }: ChangeCall,
  change: (filter: JobFilter, options: ChangeJobsOptions) => Promise<ChangeJobsResult>,
): Promise<ToolResult> {
  const { cursor: next, ...result } = await change(filter, {
    dryRun: isDry,
    signal: AbortSignal.any([signal, AbortSignal.timeout(maxChangeMs)]),
    ...(handle !== undefined && { cursor: handles.reveal(handle) }),
  })
  const { matched, changed, isComplete } = result
  const failed = result.failed.map(({ jobId: failedId, error }) => ({
    jobId: failedId,
    error: access.tenantId === undefined ? error : describeFailure(error, access),
  }))
  const text = isDry
    ? `${capitalized(describeCount({ count: matched, isExact: isComplete }))} would be ${done}. Nothing was changed: pass \`dryRun: false\`.`
    : `${changed} of ${count(matched, 'job')} ${done}.`
  const more = isComplete
    ? ''
    : isDry
      ? ' Counting was stopped.'
      : ' Not all were handled: pass the cursor to continue.'
  return {
    text: text + more,
    data: { dryRun: isDry, ...result, failed, ...(next !== undefined && { cursor: handles.hide(next) }) },
  }
}

function pauseInput(tenantId: string | undefined): z.ZodObject {
  if (tenantId !== undefined) return z.strictObject({})
  return z.strictObject({ definitionId: id('The definition').optional(), tenantId: id('The tenant').optional() })
}

function targetOf(input: Readonly<Record<string, unknown>>, tenantId: string | undefined): PauseTarget {
  if (tenantId !== undefined) return { tenantId }
  const { definitionId, tenantId: named } = input as { definitionId?: string; tenantId?: string }
  if ((definitionId === undefined) === (named === undefined)) {
    throw invalidOption('definitionId', 'and `tenantId` are both set or both missing', 'Pass one of both.')
  }
  return definitionId === undefined ? { tenantId: named! } : { definitionId }
}
