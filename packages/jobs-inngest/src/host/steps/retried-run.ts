import { BoundedMap, type Clock, pause } from '@cgk-platform/jobs-core/provider'

import type { EngineApi } from '../../api/engine-api.ts'
import type { EngineRun } from '../../api/engine-shapes.ts'
import { completedInTrace } from '../../read/completed-in-trace.ts'
import { readFinalTrace } from '../../read/final-trace.ts'
import { failuresInTrace } from '../../read/failures-in-trace.ts'
import type { TracedStep } from '../../read/run-trace.ts'
import { readCompensating } from '../../read/compensating-run.ts'
import { readFailedRecord } from '../../wire/attempt-record.ts'
import { timeOfId } from '../../wire/event-id.ts'
import { type EndedStep, readStepRecord } from '../../wire/step-record.ts'
import { sha1 } from '../../wire/sha1.ts'
import { failureName, readStepName, versionName } from '../../wire/step-names.ts'

/** What a run goes on with that was made to retry a failed one. */
export interface RetriedRun {
  /** The steps that are not done again, by the hash of their id: what they answered, or failed of. */
  readonly ended: ReadonlyMap<string, EndedStep>
  /** The steps that ran a job which failed, and whose failure the code had caught. */
  readonly caught: ReadonlySet<string>
  /** The run that the idempotency keys of these steps are of. */
  readonly origin: string
  /** The run that those of all others are of; absent where it is the new run. */
  readonly keyOrigin?: string
  /** The version that it goes on with, `null` for none; absent where it begins anew. */
  readonly version?: string | null
}

/** A run that may be one that retries another. */
export interface RetryingRun {
  readonly jobId: string
  readonly runId: string
  /** When Inngest got the event, epoch milliseconds of its clock. */
  readonly receivedAt: number | undefined
}

/** Finds the runs that others were made to retry. */
export interface RetriedRuns {
  /** Nothing, without a question, for a run that came with its event; nothing for one that begins anew. */
  of(run: RetryingRun): Promise<RetriedRun | undefined> | undefined
}

/** A run that Inngest makes of an event comes this soon after it; one that somebody asks for comes later. */
const promptMs = 300
const mostKept = 1000
const visibleWithinMs = 8000
const pauseMs = 250

/** Asks once for each run that came late, as far as this process remembers. */
export function createRetriedRuns(api: EngineApi, clock: Clock): RetriedRuns {
  const known = new BoundedMap<string, Promise<RetriedRun | undefined>>(mostKept)

  /** Until the run itself is among them: before, those that are there tell nothing. */
  const runsWith = async ({ jobId, runId }: RetryingRun): Promise<EngineRun[]> => {
    const query = { includeOutput: 'true', limit: 40 }
    const until = clock.now() + visibleWithinMs
    for (;;) {
      const runs = await api.list<EngineRun>(`read the runs of the job ${jobId}`, `/v2/events/${jobId}/runs`, query)
      if (runs.some(({ id }) => id === runId)) return runs
      if (clock.now() >= until) throw new Error(`Inngest does not tell yet which runs the job ${jobId} has.`)
      await pause(clock, pauseMs)
    }
  }

  const find = async (later: RetryingRun): Promise<RetriedRun | undefined> => {
    const runs = await runsWith(later)
    const own = runs.find(({ id }) => id === later.runId)!
    const before = runs
      .filter((run) => run.id < own.id && run.app.id === own.app.id && run.function.id === own.function.id)
      .toSorted((one, other) => (one.id < other.id ? 1 : -1))[0]
    if (before?.status !== 'FAILED') return undefined
    const compensating = await readCompensating(api, before)
    if (compensating?.isEnded === false) throw new Error(`What the run ${before.id} did is being compensated.`)
    return toEarlierRun(before, await readFinalTrace(api, clock, before.id), compensating?.steps ?? [])
  }

  return {
    of(run) {
      const madeAt = timeOfId(run.runId) ?? clock.now()
      if (run.receivedAt !== undefined && madeAt - run.receivedAt < promptMs) return undefined
      const before = known.get(run.runId)
      if (before) return before
      const found = find(run)
      known.set(run.runId, found)
      found.catch(() => known.delete(run.runId))
      return found
    },
  }
}

function toEarlierRun(
  run: EngineRun,
  steps: readonly TracedStep[],
  compensating: readonly TracedStep[],
): RetriedRun | undefined {
  const failure = readFailedRecord(run.output?.['error'])
  const ended = new Map<string, EndedStep>(completedInTrace(steps))
  const records = [...ended.values()].map((step) => (step.type === 'data' ? readStepRecord(step.data) : undefined))
  const told = records.find((record) => record?.origin !== undefined)?.origin
  const origin = failure?.workflow?.origin ?? told ?? run.id
  const compensated = compensationsIn([...steps, ...compensating])
  if ([...compensated.values()].includes(true) || failure?.error.code === 'workflow_changed') {
    // Anew, but for what still stands because its compensation has failed.
    const standing = [...compensated].flatMap(([key, isDone]) => (isDone ? [] : [sha1(key)]))
    const kept = new Map([...ended].filter(([id]) => standing.includes(id)))
    return kept.size === 0 ? undefined : { ended: kept, caught: new Set(), origin }
  }
  const { failures, caught } = caughtIn(steps, failure?.workflow?.failedStep)
  for (const [id, error] of failures) ended.set(id, error)
  const version = ended.get(sha1(versionName.id))
  const recorded = version?.type === 'data' ? readStepRecord(version.data)?.output : undefined
  return { ended, caught, origin, keyOrigin: origin, version: typeof recorded === 'string' ? recorded : null }
}

/** Whether the compensation of each step was done that was to be compensated. */
function compensationsIn(steps: readonly TracedStep[]): Map<string, boolean> {
  const compensated = new Map<string, boolean>()
  // Also one that was never begun, where the run came to its end before.
  const failure = completedInTrace(steps).get(sha1(failureName.id))
  for (const key of readStepRecord(failure?.data)?.failure?.compensation ?? []) compensated.set(key, false)
  for (const { name, hashedId, spans } of steps) {
    const named = readStepName(name, hashedId)
    if (named.part !== 'compensation') continue
    const isDone = spans.some(({ status }) => status === 'COMPLETED')
    compensated.set(named.key, isDone || compensated.get(named.key) === true)
  }
  return compensated
}

/** The steps that had failed for good before the one by which the run failed: the code had gone on from them. */
function caughtIn(steps: readonly TracedStep[], failedStep: string | undefined) {
  const caught = new Set<string>()
  const ends = new Map<string, number>()
  for (const { name, hashedId, spans } of steps) {
    const named = readStepName(name, hashedId)
    // Of a step that runs a job the wait for its end comes after the send.
    if (named.part === 'step' || named.part === 'end') ends.set(named.key, Date.parse(spans.at(-1)?.endedAt ?? ''))
  }
  const failedAt = (failedStep !== undefined && ends.get(failedStep)) || 0
  const failures = failuresInTrace(steps)
  for (const { name, hashedId } of steps) {
    const named = readStepName(name, hashedId)
    const isBefore = named.part !== 'other' && named.key !== failedStep && (ends.get(named.key) ?? Infinity) < failedAt
    if (!isBefore) failures.delete(hashedId)
    else if (named.part === 'end') caught.add(named.key)
  }
  return { failures, caught }
}
