import { JobNotFoundError, StepFailedError } from '@cgk-platform/jobs-core/errors'
import { errorFrom, type JobCall, type ReplayContext } from '@cgk-platform/jobs-core/hosted'
import {
  type Json,
  resolveJobWait,
  createWorkflowRecord,
  type StepRecord as RecordedStep,
  toErrorInfo,
} from '@cgk-platform/jobs-core/provider'

import { toFunctionId } from '../../wire/function-id.ts'
import { isRestarted, jobEndIn, type JobEnd, readJobEnd } from '../../wire/job-end.ts'
import { sha1 } from '../../wire/sha1.ts'
import { jobEndName, jobCheckName } from '../../wire/step-names.ts'
import { readStepRecord } from '../../wire/step-record.ts'
import type { NativeStepContext } from './native-step-context.ts'
import type { NativeWork } from './native-work.ts'
import { atMostUntilRunEnd } from './run-end.ts'
import { sentJobId } from './sent-job-id.ts'
import type { StepMode } from './step-queue.ts'
import { toEndExpression } from './wait-expression.ts'

/** Executes a step that runs a job. */
export type JobStep = (call: JobCall, mode: StepMode) => Promise<Json | undefined>

/**
 * Timeouts of the successive waits for the job's end. After each, the job's status is read: the definition can have no
 * host or be in another app, or the event of the end can be lost.
 */
const waitTimeoutsMs = [30_000, 300_000, 3_600_000, 21_600_000, 86_400_000]

/** One of the waits for the end of a job. */
interface WaitTurn {
  /** Its number, from 0. */
  readonly turn: number
  /** Number of reads of the job's status since its run last began. */
  readonly looks: number
}

const firstTurn: WaitTurn = { turn: 0, looks: 0 }

/**
 * Creates the function that sends a job in a native step and waits for Inngest's event that its run has ended. Wait and
 * send are reported together, so the wait exists before the job, and the two need no more requests than the wait alone.
 */
export function createJobStep(context: NativeStepContext, replay: ReplayContext, work: NativeWork): JobStep {
  const { host, sdk, request, runId } = context
  const { clock } = replay
  const ended = (id: string) => request.ended.get(sha1(id))

  const waitForEnd = async (
    call: JobCall,
    jobId: string,
    { turn, looks }: WaitTurn,
    mode: StepMode,
  ): Promise<JobEnd | 'restarted' | undefined> => {
    const timeout = waitTimeoutsMs[looks] ?? waitTimeoutsMs.at(-1)!
    const expression = toEndExpression(jobId, `${host.inngest.id}-${toFunctionId(call.definitionId)}`)
    const options = {
      event: 'inngest/function.finished',
      timeout: atMostUntilRunEnd(timeout, replay),
      if: expression,
    }
    const event = await sdk.waitForEvent({ ...jobEndName(call.key, turn), ...mode }, options)
    return isRestarted(event) ? 'restarted' : readJobEnd(event, jobId)
  }

  const readEnd = async ({ key, definitionId }: JobCall, jobId: string): Promise<JobEnd | undefined> => {
    const startedAt = clock.now()
    const state = { state: 'waiting', attempts: 1, startedAt } as const
    const step: RecordedStep = { ...state, key, kind: 'runJob', jobId, definitionId }
    const record = createWorkflowRecord(runId, undefined)
    try {
      const job = await host.client.getJobStatus(jobId) // of any tenant: the platform's workflows run jobs of all tenants
      if (!resolveJobWait(record, step, job, clock.now())) return undefined
    } catch (error) {
      if (JobNotFoundError.isInstance(error)) return { error: toErrorInfo(error) }
      replay.logger.warn('Could not read the status of a job that a step waits for.', {
        step: key,
        error: toErrorInfo(error),
      })
      return undefined
    }
    return step.error ? { error: step.error } : { ...(step.output !== undefined && { output: step.output }) }
  }

  /** Reads whether the job has ended, through the client that sent it; `undefined` if it has not or cannot be read. */
  const checkEnd = async (call: JobCall, jobId: string, turn: number, mode: StepMode): Promise<JobEnd | undefined> => {
    const check = async () => {
      const startedAt = clock.now()
      return {
        kind: 'check',
        attempts: 1,
        startedAt,
        output: { end: (await readEnd(call, jobId)) ?? null } as Json,
      } as const
    }
    const { output } = await work.store(jobCheckName(call.key, turn), check, mode)
    return (output as { readonly end: JobEnd | null }).end ?? undefined
  }

  /**
   * Returns how the job ended in the run that this one retries; `'fresh'` if the job made that run fail, so it must run
   * again.
   */
  const retriedEnd = async (call: JobCall): Promise<JobEnd | 'fresh' | undefined> => {
    const reading = context.retriedRun()
    const retried = reading && (await reading)
    const sent = retried?.ended.get(sha1(call.key))
    const jobId = sent?.type === 'data' ? readStepRecord(sent.data)?.output : undefined
    const end = typeof jobId === 'string' ? jobEndIn(retried!.ended, call.key, jobId) : undefined
    return end && 'error' in end && !retried!.caught.has(call.key) ? 'fresh' : end
  }

  return async (call, mode) => {
    const reading = context.retriedRun()
    const known = reading && (await retriedEnd(call))
    if (known && known !== 'fresh') {
      await work.perform(call, mode)
      return settle(call, known)
    }
    // After a failed send there is no end to wait for.
    if (ended(call.key)?.type === 'error') await work.perform(call, mode)
    const origin = (known !== 'fresh' && reading && (await reading)?.keyOrigin) || runId
    const expectedJobId = sentJobId(`${origin}/${call.key}`)
    // The send has no race mode: after it, the code has nothing to do until the job ends, so it needs no replay.
    const sending = work.perform(call, {}, known)
    const [{ output }, first] = await Promise.all([sending, waitForEnd(call, expectedJobId, firstTurn, mode)])
    const jobId = output as string
    let end = first
    for (let { turn, looks } = firstTurn; !end || end === 'restarted'; turn++) {
      const isAnew = end === 'restarted'
      end = isAnew ? undefined : await checkEnd(call, jobId, turn, mode)
      looks = isAnew ? 0 : looks + 1
      end ??= await waitForEnd(call, jobId, { turn: turn + 1, looks }, mode)
    }
    return settle(call, end)
  }
}

function settle({ key }: JobCall, end: JobEnd): Json | undefined {
  if (!('error' in end)) return end.output
  throw new StepFailedError({ stepId: key, attempts: 1, cause: errorFrom(end.error) })
}
