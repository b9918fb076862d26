import type { JobClient, JobStatus } from '@cgk-platform/jobs-core'
import { JobNotFoundError } from '@cgk-platform/jobs-core/errors'
import {
  resolveJobWait,
  failMissingJobWait,
  type StepRecord,
  toErrorInfo,
  type WorkflowRecord,
} from '@cgk-platform/jobs-core/provider'
import { mapWithConcurrency } from '@cgk-platform/jobs-core/hosted'

import { decodeTokenEvent, waitsTagOf } from '../wire/wait-keys.ts'
import { applyEvent } from './apply-event.ts'
import { createEventToken, type EventTokenDependencies } from './event-token.ts'
import { isLooking } from './look-into-past.ts'
import { type EventWait, isEventWait, type JobWait, openWaits } from './open-waits.ts'
import type { RecordStore } from './record-store.ts'

/** The services that resolving waits needs. */
export interface ResolveWaitsDependencies extends EventTokenDependencies {
  /** The client that sent the jobs. */
  readonly client: Pick<JobClient, 'getJobStatus'>
  /** Resolves a wait with `since` with an event that was sent before its token existed. */
  readonly lookIntoPast: (step: StepRecord) => Promise<void>
}

/** A check for wait results while the code runs. */
export interface WaitPoll {
  /** True if the replay has ended. Results are then left for the next check. */
  isOver(): boolean
  /** Called with each step that gets its result, before the record is saved. */
  onResolved(step: StepRecord): void
}

/** Maximum number of tokens to read one by one. If there are more, one request first lists those that still wait. */
const maxSingleReads = 2
/** A job that was just sent may not be visible yet. A job that stays invisible for this long does not exist. */
const visibilityTimeoutMs = 60_000
/** Time at which the job of a step was first not found. */
const missingSince = new WeakMap<StepRecord, number>()

/** A result that was found for a wait. */
interface FoundResult {
  /** When the result arrived, in epoch milliseconds. */
  readonly at: number
  /** Writes the result into the record. Returns false if it does not fit the step. */
  readonly apply: () => boolean
  /** The completed token, which cannot be completed again. */
  readonly usedToken?: string
}

/**
 * Looks for the results of all open waits of a run and writes them into its record, in the order in which they arrived.
 * Saves the record before it returns: after a crash, later results must not come before these.
 */
export async function resolveWaits(
  store: Pick<RecordStore, 'record' | 'save' | 'checkResult'>,
  dependencies: ResolveWaitsDependencies,
  poll?: WaitPoll,
): Promise<void> {
  const { record } = store
  const found = await mapWithConcurrency(await findCandidates(record, dependencies), async (step) => {
    const result = isEventWait(step)
      ? await readEvent(step, record, dependencies)
      : await readJob(step, record, dependencies)
    return result ? [{ step, ...result }] : []
  })
  if (poll?.isOver()) return
  const withoutToken: EventWait[] = []
  let isResolved = false
  for (const { step, apply, usedToken } of found.flat().toSorted((one, other) => one.at - other.at)) {
    if (apply()) {
      isResolved = true
      store.checkResult(step)
      poll?.onResolved(step)
    } else if (isEventWait(step) && step.handle === usedToken) withoutToken.push(step)
  }
  for (const step of withoutToken) {
    await replaceToken(step, dependencies)
    await dependencies.lookIntoPast(step)
    if (!isEventWait(step)) poll?.onResolved(step)
  }
  if (isResolved || withoutToken.length > 0) await store.save()
}

/** Returns all open waits except those whose token is known to be still waiting. */
async function findCandidates(
  record: WorkflowRecord,
  { api, runId }: ResolveWaitsDependencies,
): Promise<(EventWait | JobWait)[]> {
  const open = openWaits(record).filter((step) => !isLooking(step))
  if (open.filter(isEventWait).length <= maxSingleReads) return open
  const waiting = await api.tokens.waiting(`read the waits of the run ${runId}`, [waitsTagOf(runId)])
  const ids = new Set(waiting.map(({ id }) => id))
  return open.filter((step) => !isEventWait(step) || !ids.has(step.handle))
}

async function readEvent(
  step: EventWait,
  record: WorkflowRecord,
  { api, clock }: ResolveWaitsDependencies,
): Promise<FoundResult | undefined> {
  const { handle } = step
  const token = await api.tokens.read(`read the token of the wait \`${step.key}\``, handle)
  if (token?.status !== 'COMPLETED') return undefined
  const event = decodeTokenEvent(token.output)
  const now = clock.now()
  return {
    at: token.completedAt?.getTime() ?? now,
    apply: () => event !== undefined && applyEvent(event, step, record, now),
    usedToken: handle,
  }
}

/**
 * Replaces a token that was completed with something other than a matching event. Events cannot complete it again, and
 * a wait for it would end at once.
 */
async function replaceToken(step: EventWait, dependencies: ResolveWaitsDependencies): Promise<void> {
  Object.assign(step, { handle: await createEventToken(step, dependencies, 'replacement') })
}

async function readJob(
  step: JobWait,
  record: WorkflowRecord,
  { client, clock }: ResolveWaitsDependencies,
): Promise<FoundResult | undefined> {
  const job = await statusOf(step.jobId, client)
  const now = clock.now()
  if (!(job instanceof Error)) {
    return { at: job.endedAt?.getTime() ?? now, apply: () => resolveJobWait(record, step, job, now) }
  }
  const since = missingSince.get(step) ?? now
  missingSince.set(step, since)
  if (now - since < visibilityTimeoutMs) return undefined
  return {
    at: now,
    apply() {
      if (!failMissingJobWait(record, step, 'trigger.dev', now)) return false
      step.error = toErrorInfo(job) // names the engine of the client
      return true
    },
  }
}

/** Returns the status of a job from the client that sent it, or the error if it does not exist. */
async function statusOf(jobId: string, client: Pick<JobClient, 'getJobStatus'>): Promise<JobStatus | JobNotFoundError> {
  try {
    return await client.getJobStatus(jobId)
  } catch (error) {
    if (JobNotFoundError.isInstance(error)) return error
    throw error
  }
}
