import { JobNotFoundError, StepFailedError } from '@cgk-platform/jobs-core'
import {
  type Json,
  resolveJobWait,
  errorFrom,
  type JobCall,
  createWorkflowRecord,
  type StepRecord as RecordedStep,
  type ReplayContext,
  toErrorInfo,
} from '@cgk-platform/jobs-core/provider'

import { jobEndIn, type JobEnd, readJobEnd } from '../../wire/job-end.ts'
import { sha1 } from '../../wire/sha1.ts'
import { jobEndName, jobCheckName } from '../../wire/step-names.ts'
import { readStepRecord } from '../../wire/step-record.ts'
import type { NativeStepContext } from './native-step-context.ts'
import type { NativeWork } from './native-work.ts'
import { sentJobId } from './sent-job-id.ts'
import type { StepMode } from './step-queue.ts'
import { toEndExpression } from './wait-expression.ts'

/** Performs a step that runs a job. */
export type JobStep = (call: JobCall, mode: StepMode) => Promise<Json | undefined>

/**
 * After so long without word of the job's end it is looked at, ever more seldom: a job may be of a definition that nobody
 * runs, of another app, or its word may have been lost.
 */
const patienceMs = [30_000, 300_000, 3_600_000, 21_600_000, 86_400_000]

/**
 * Sends the job in a native step, and waits for Inngest's own word that its run has ended. The wait is made known together
 * with the send, so that it is there before the job is, and the two cost no more requests than the wait alone.
 */
export function createJobStep(context: NativeStepContext, tools: ReplayContext, work: NativeWork): JobStep {
  const { host, sdk, pass, runId, tenantId } = context
  const { clock } = tools
  const ended = (id: string) => pass.ended.get(sha1(id))

  const waitForEnd = async (
    call: JobCall,
    jobId: string,
    turn: number,
    mode: StepMode,
  ): Promise<JobEnd | undefined> => {
    const timeout = patienceMs[turn] ?? patienceMs.at(-1)!
    const expression = toEndExpression(jobId, `${host.inngest.id}-${call.definitionId}`)
    const options = { event: 'inngest/function.finished', timeout, if: expression }
    return readJobEnd(await sdk.waitForEvent({ ...jobEndName(call.key, turn), ...mode }, options), jobId)
  }

  const ask = async ({ key, definitionId }: JobCall, jobId: string): Promise<JobEnd | undefined> => {
    const startedAt = clock.now()
    const state = { state: 'waiting', attempts: 1, startedAt } as const
    const step: RecordedStep = { ...state, key, kind: 'runJob', jobId, definitionId }
    const record = createWorkflowRecord(runId, undefined)
    try {
      const job = await host.client.forTenant(tenantId).getJobStatus(jobId)
      if (!resolveJobWait(record, step, job, clock.now())) return undefined
    } catch (error) {
      if (JobNotFoundError.isInstance(error)) return { error: toErrorInfo(error) }
      tools.logger.warn('How a job stands that a step waits for cannot be read.', {
        step: key,
        error: toErrorInfo(error),
      })
      return undefined
    }
    return step.error ? { error: step.error } : { ...(step.output !== undefined && { output: step.output }) }
  }

  /** Looks how the job stands, by the client that it was sent with. Where that cannot be read, there is no news. */
  const look = async (call: JobCall, jobId: string, turn: number, mode: StepMode): Promise<JobEnd | undefined> => {
    const looking = async () => {
      const startedAt = clock.now()
      return {
        kind: 'check',
        attempts: 1,
        startedAt,
        output: { end: (await ask(call, jobId)) ?? null } as Json,
      } as const
    }
    const { output } = await work.keep(jobCheckName(call.key, turn), looking, mode)
    return (output as { readonly end: JobEnd | null }).end ?? undefined
  }

  /** How a job ended that the run had sent which this one retries; `anew` where it is what that run failed of. */
  const before = async (call: JobCall): Promise<JobEnd | 'anew' | undefined> => {
    const asked = context.earlier()
    const earlier = asked && (await asked)
    const sent = earlier?.ended.get(sha1(call.key))
    const jobId = sent?.type === 'data' ? readStepRecord(sent.data)?.output : undefined
    const end = typeof jobId === 'string' ? jobEndIn(earlier!.ended, call.key, jobId) : undefined
    return end && 'error' in end && !earlier!.caught.has(call.key) ? 'anew' : end
  }

  return async (call, mode) => {
    const asked = context.earlier()
    const told = asked && (await before(call))
    if (told && told !== 'anew') {
      await work.perform(call, mode)
      return settle(call, told)
    }
    // A send that failed needs no wait.
    if (ended(call.key)?.type === 'error') await work.perform(call, mode)
    const origin = (told !== 'anew' && asked && (await asked)?.keyOrigin) || runId
    const targetStep = sentJobId(`${origin}/${call.key}`)
    // The send asks for no pass of its own, whatever goes on beside it: there is nothing to do before the job has ended.
    const sending = work.perform(call, {}, told)
    const [{ output }, first] = await Promise.all([sending, waitForEnd(call, targetStep, 0, mode)])
    const jobId = output as string
    let end = first
    for (let turn = 0; !end; turn++) {
      end = await look(call, jobId, turn, mode)
      end ??= await waitForEnd(call, jobId, turn + 1, mode)
    }
    return settle(call, end)
  }
}

function settle({ key }: JobCall, end: JobEnd): Json | undefined {
  if (!('error' in end)) return end.output
  throw new StepFailedError({ stepId: key, attempts: 1, cause: errorFrom(end.error) })
}
