import { type JobClient, JobNotFoundError, type JobStatus } from '@cgk-platform/jobs-core'
import {
  resolveEventWait,
  resolveJobWait,
  failMissingJobWait,
  type AwaitableEvent,
  mapWithConcurrency,
  type StepRecord,
  toErrorInfo,
  type WorkflowRecord,
} from '@cgk-platform/jobs-core/provider'

import { readAnswer, waitsTagOf } from '../wire/wait-keys.ts'
import { createEventToken, type EventTokenParts } from './event-token.ts'
import { type EventWait, isEventWait, type JobWait, openWaits } from './open-waits.ts'
import type { RecordKeeper } from './record-keeper.ts'

/** What answers are read with. */
export interface AnswerParts extends EventTokenParts {
  /** The one that the jobs were sent with. */
  readonly client: Pick<JobClient, 'getJobStatus'>
}

/** A look for answers while the code runs. */
export interface Look {
  /** True once nobody would take notice of an answer: it is left where it is then. */
  isOver(): boolean
  /** Told of each step as its answer is put into the record, and before it is kept. */
  answered(step: StepRecord): void
}

/** Tokens that are read one by one; of more it is asked first which of them still wait. */
const fewTokens = 2
/** A job that was just sent may not be seen everywhere; one that is not seen for so long is none. */
const seenWithinMs = 60_000
/** Since when the job of a step is looked for in vain. */
const missedSince = new WeakMap<StepRecord, number>()

/** An answer that was found, and when it came. */
interface Found {
  readonly at: number
  /** True where it answers the step that it was found for. */
  readonly apply: () => boolean
  /** The token that can be completed no more. */
  readonly spent?: string
}

/**
 * Looks for answers to everything that a run waits for, and puts them into its record, in the order in which they came.
 * They are kept before this ends: after a crash those that came meanwhile might be read before them.
 */
export async function readAnswers(
  keeper: Pick<RecordKeeper, 'record' | 'save' | 'checkAnswer'>,
  parts: AnswerParts,
  look?: Look,
): Promise<void> {
  const { record } = keeper
  const found = await mapWithConcurrency(await mayBeAnswered(record, parts), async (step) => {
    const answer = isEventWait(step) ? await readEvent(step, record, parts) : await readJob(step, record, parts)
    return answer ? [{ step, ...answer }] : []
  })
  if (look?.isOver()) return
  const spent: EventWait[] = []
  let isAnswered = false
  for (const { step, apply, spent: handle } of found.flat().toSorted((one, other) => one.at - other.at)) {
    if (apply()) {
      isAnswered = true
      keeper.checkAnswer(step)
      look?.answered(step)
    } else if (isEventWait(step) && step.handle === handle) spent.push(step)
  }
  for (const step of spent) await replaceToken(step, parts)
  if (isAnswered || spent.length > 0) await keeper.save()
}

/** Everything but the tokens that nobody has completed yet. */
async function mayBeAnswered(record: WorkflowRecord, { api, runId }: AnswerParts): Promise<(EventWait | JobWait)[]> {
  const open = openWaits(record)
  if (open.filter(isEventWait).length <= fewTokens) return open
  const waiting = await api.tokens.waiting(`read the waits of the run ${runId}`, [waitsTagOf(runId)])
  const ids = new Set(waiting.map(({ id }) => id))
  return open.filter((step) => !isEventWait(step) || !ids.has(step.handle))
}

async function readEvent(
  step: EventWait,
  record: WorkflowRecord,
  { api, clock }: AnswerParts,
): Promise<Found | undefined> {
  const { handle } = step
  const token = await api.tokens.read(`read the result of \`${step.key}\``, handle)
  if (token?.status !== 'COMPLETED') return undefined
  const event = readAnswer(token.answer)
  const now = clock.now()
  return {
    at: token.completedAt?.getTime() ?? now,
    apply: () => event !== undefined && answerWith(event, step, record, now),
    spent: handle,
  }
}

/** Who completed the token has compared the times, by clocks that may be others than this one. */
function answerWith(event: AwaitableEvent, step: EventWait, record: WorkflowRecord, now: number): boolean {
  const { sentAt } = event
  const { startedAt, until = startedAt } = step
  const counted = Math.max(startedAt, Math.min(sentAt, until))
  if (!resolveEventWait(record, step, { ...event, sentAt: counted }, now)) return false
  if (counted !== sentAt) step.output = { ...(step.output as object), sentAt }
  return true
}

/** Somebody completed it with what answers nothing: an event can answer it no more, and who waits for it goes on at once. */
async function replaceToken(step: EventWait, parts: AnswerParts): Promise<void> {
  Object.assign(step, { handle: await createEventToken(step, parts, 'anew') })
}

async function readJob(
  step: JobWait,
  record: WorkflowRecord,
  { client, clock }: AnswerParts,
): Promise<Found | undefined> {
  const job = await statusOf(step.jobId, client)
  const now = clock.now()
  if (!(job instanceof Error)) {
    return { at: job.endedAt?.getTime() ?? now, apply: () => resolveJobWait(record, step, job, now) }
  }
  const since = missedSince.get(step) ?? now
  missedSince.set(step, since)
  if (now - since < seenWithinMs) return undefined
  return {
    at: now,
    apply() {
      if (!failMissingJobWait(record, step, 'trigger.dev', now)) return false
      step.error = toErrorInfo(job) // it names the engine of the client
      return true
    },
  }
}

/** A job as the client tells it that sent it, or that it knows none. */
async function statusOf(jobId: string, client: Pick<JobClient, 'getJobStatus'>): Promise<JobStatus | JobNotFoundError> {
  try {
    return await client.getJobStatus(jobId)
  } catch (error) {
    if (JobNotFoundError.isInstance(error)) return error
    throw error
  }
}
