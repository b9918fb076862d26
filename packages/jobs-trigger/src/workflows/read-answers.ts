import {
  answerEventWait,
  answerJobWait,
  type Clock,
  endStep,
  JobNotFoundError,
  type StepRecord,
  toErrorInfo,
} from '@cgk-platform/jobs-core'

import { mapAtMost } from '../api/map-at-most.ts'
import type { TriggerApi } from '../api/trigger-api.ts'
import type { JobReader } from '../read/job-reader.ts'
import { readAnswer } from '../wire/wait-keys.ts'
import { type EventWait, isEventWait, type JobWait, openWaits } from './open-waits.ts'
import type { RecordKeeper } from './record-keeper.ts'

/** What answers are read with. */
export interface AnswerParts {
  readonly api: Pick<TriggerApi, 'tokens'>
  readonly reader: Pick<JobReader, 'read'>
  readonly clock: Clock
}

const mostAtOnce = 10
/** A job that was just sent may not be seen everywhere; one that is not after so long is none. */
const seenWithinMs = 60_000

/** An answer that was found, and when it came. */
interface Found {
  readonly at: number
  /** True where it answers the step that it was found for. */
  readonly apply: () => boolean
}

/**
 * Looks for answers to everything that a run waits for, and puts them into its record. They need no flush: what answers a
 * token or ends a job stays where it was read, and is read again before the code runs after a crash.
 *
 * @returns the steps that were answered, in the order in which the answers came
 */
export async function readAnswers(
  keeper: Pick<RecordKeeper, 'record' | 'note' | 'checkAnswer'>,
  parts: AnswerParts,
): Promise<StepRecord[]> {
  const { record } = keeper
  const found = await mapAtMost(mostAtOnce, openWaits(record), async (step) => {
    const answer = isEventWait(step) ? await readEvent(step, keeper, parts) : await readJob(step, keeper, parts)
    return answer ? [{ step, ...answer }] : []
  })
  const answered = found
    .flat()
    .toSorted((one, other) => one.at - other.at)
    .filter(({ step, apply }) => {
      if (!apply()) return false
      keeper.checkAnswer(step)
      return true
    })
  if (answered.length > 0) keeper.note()
  return answered.map(({ step }) => step)
}

async function readEvent(
  step: EventWait,
  { record }: Pick<RecordKeeper, 'record'>,
  { api, clock }: AnswerParts,
): Promise<Found | undefined> {
  const token = await api.tokens.read(`for what answers \`${step.key}\``, step.handle)
  const event = readAnswer(token?.answer)
  if (!event) return undefined
  const now = clock.now()
  return { at: token?.completedAt?.getTime() ?? now, apply: () => answerEventWait(record, step, event, now) }
}

async function readJob(
  step: JobWait,
  { record }: Pick<RecordKeeper, 'record'>,
  { reader, clock }: AnswerParts,
): Promise<Found | undefined> {
  const job = await reader.read(step.jobId)
  const now = clock.now()
  if (job) return { at: job.endedAt?.getTime() ?? now, apply: () => answerJobWait(record, step, job, now) }
  if (now - step.startedAt < seenWithinMs) return undefined
  return {
    at: now,
    apply() {
      if (step.state !== 'waiting') return false
      step.error = toErrorInfo(new JobNotFoundError({ jobId: step.jobId, provider: 'trigger.dev' }))
      endStep(record, step, 'failed', now)
      return true
    },
  }
}
