import { type Clock, pause } from '@cgk-platform/jobs-core/provider'
import { BoundedMap } from '@cgk-platform/jobs-core/hosted'

import type { EngineApi } from '../../api/engine-api.ts'
import type { EngineRun } from '../../api/engine-shapes.ts'
import { completedRecordOf } from '../../read/current-runs.ts'
import { completedInTrace } from '../../read/completed-in-trace.ts'
import { readFinalTrace } from '../../read/final-trace.ts'
import { failuresInTrace } from '../../read/failures-in-trace.ts'
import type { TracedStep } from '../../read/run-trace.ts'
import { readCompensating } from '../../read/compensating-run.ts'
import { readFailedRecord, type Restart } from '../../wire/attempt-record.ts'
import { timeOfId } from '../../wire/event-id.ts'
import { type EndedStep, notUnderstoodIn, readStepRecord } from '../../wire/step-record.ts'
import { sha1 } from '../../wire/sha1.ts'
import { failureName, readStepName, versionName } from '../../wire/step-names.ts'

/** The parts of a failed run that its retry reuses. */
export interface RetriedRun {
  /** The steps that are not repeated, with their results or errors, by the hash of their id. */
  readonly ended: ReadonlyMap<string, EndedStep>
  /** Keys of the steps that ran a failed job and whose failure the code caught. */
  readonly caught: ReadonlySet<string>
  /** Id of the run in the idempotency keys of the reused steps. */
  readonly origin: string
  /** Id of the run in the idempotency keys of all other steps; absent if it is the new run. */
  readonly keyOrigin?: string
  /** The version of the retried run, `null` if it had none; absent if the new run starts over. */
  readonly version?: string | null
  /** The last `step.restart` before this run. */
  readonly restart?: Restart | undefined
  /** True if this run must do nothing, because another one continues the restarted run. */
  readonly isDuplicate?: boolean
}

/** A run that possibly retries another, or continues a restarted one. */
export interface RetryingRun {
  readonly jobId: string
  readonly runId: string
  /** When Inngest received the event, epoch milliseconds by its clock. */
  readonly receivedAt: number | undefined
}

/** Finds the runs that other runs retry or continue. */
export interface RetriedRuns {
  /**
   * Returns the run that a run retries. Returns `undefined` synchronously, without a request, for a run that Inngest
   * started for its event; resolves to `undefined` for a run that starts over. For a run that continues a restarted one,
   * the result has no steps.
   */
  of(run: RetryingRun): Promise<RetriedRun | undefined> | undefined
}

/** Maximum time between an event and a run that Inngest starts for it. A retry or a restart starts later. */
export const promptMs = 300
const maxCached = 1000
const visibleWithinMs = 8000
/** A run that still runs this long after a later one was created did not start that one, which then does nothing. */
const maxOverlapMs = 300_000
const pauseMs = 250

/** Creates the finder. It reads each late run once, as long as this process remembers it. */
export function createRetriedRuns(api: EngineApi, clock: Clock): RetriedRuns {
  const known = new BoundedMap<string, Promise<RetriedRun | undefined>>(maxCached)

  /** Reads the runs of a job until the new run is visible. Before that, the list can be incomplete. */
  const readRuns = async ({ jobId, runId }: RetryingRun): Promise<EngineRun[]> => {
    const query = { includeOutput: 'true', limit: 40 }
    const until = clock.now() + visibleWithinMs
    for (;;) {
      const runs = await api.list<EngineRun>(`read the runs of the job ${jobId}`, `/v2/events/${jobId}/runs`, query)
      if (runs.some(({ id }) => id === runId)) return runs
      if (clock.now() >= until) throw new Error(`Inngest does not return the run ${runId} of the job ${jobId} yet.`)
      await pause(clock, pauseMs)
    }
  }

  /** Reads the runs of a definition until the run before the new one has ended, which `step.restart` ends after it. */
  const readUntilEnded = async (run: RetryingRun): Promise<EngineRun[]> => {
    const until = clock.now() + visibleWithinMs
    for (;;) {
      const runs = sameFunction(await readRuns(run), run.runId)
      const before = runs.findLast(({ id }) => id < run.runId)
      if (!before || (before.status !== 'RUNNING' && before.status !== 'QUEUED')) return runs
      if (ageMs(run.runId) > maxOverlapMs) return runs
      if (clock.now() >= until) throw new Error(`The run ${before.id}, which ${run.runId} follows, has not ended.`)
      await pause(clock, pauseMs)
    }
  }

  const ageMs = (runId: string): number => clock.now() + api.offsetMs() - (timeOfId(runId) ?? 0)

  const find = async (run: RetryingRun): Promise<RetriedRun | undefined> => {
    const runs = await readUntilEnded(run)
    const restart = restartInto(run.runId, runs)
    if (restart) return withoutSteps(run.runId, { restart })
    const before = runs.findLast(({ id }) => id < run.runId)
    if (before && isLeftBehind(before, run.runId)) return withoutSteps(run.runId, { isDuplicate: true })
    if (before?.status !== 'FAILED') return undefined
    const compensating = await readCompensating(api, before)
    if (compensating?.isEnded === false) throw new Error(`The run ${before.id} is being compensated.`)
    const steps = await readFinalTrace(api, clock, before.id)
    const [unknown] = notUnderstoodIn(completedInTrace(steps))
    // Without its steps, the new run would repeat them.
    if (unknown) throw new Error(`The run ${before.id} is not read yet: its steps require \`${unknown}\`.`)
    return toRetriedRun(before, steps, {
      compensating: compensating?.steps ?? [],
      restart: restartInto(before.id, runs),
    })
  }

  return {
    of(run) {
      const createdAt = timeOfId(run.runId) ?? clock.now()
      if (run.receivedAt !== undefined && createdAt - run.receivedAt < promptMs) return undefined
      const before = known.get(run.runId)
      if (before) return before
      const found = find(run)
      known.set(run.runId, found)
      found.catch(() => known.delete(run.runId))
      return found
    },
  }
}

/** Returns the runs of the function of a run, oldest first, without those that did nothing. */
function sameFunction(runs: readonly EngineRun[], runId: string): EngineRun[] {
  const own = runs.find(({ id }) => id === runId)!
  return runs
    .filter((one) => one.app.id === own.app.id && one.function.id === own.function.id)
    .filter((one) => completedRecordOf(one)?.isDuplicate !== true)
    .toSorted((one, other) => (one.id < other.id ? -1 : 1))
}

/** Returns the restart after which a run continues another one. */
function restartInto(runId: string, runs: readonly EngineRun[]): Restart | undefined {
  return runs.map((run) => completedRecordOf(run)?.restart).find((restart) => restart?.runId === runId)
}

/**
 * Returns true if the run before does not need this one, which was to continue it: another one does, because its process
 * has died as it started this one, or it has ended in another way. A run of `retryJob` is younger than that end.
 */
function isLeftBehind(before: EngineRun, runId: string): boolean {
  const isOlderThanEnd = before.endedAt === undefined || Date.parse(before.endedAt) > (timeOfId(runId) ?? 0)
  return completedRecordOf(before)?.restart !== undefined || isOlderThanEnd
}

function withoutSteps(runId: string, more: Pick<RetriedRun, 'restart' | 'isDuplicate'>): RetriedRun {
  return { ended: new Map(), caught: new Set(), origin: runId, ...more }
}

function toRetriedRun(
  run: EngineRun,
  steps: readonly TracedStep[],
  {
    compensating,
    restart: begun,
  }: { readonly compensating: readonly TracedStep[]; readonly restart?: Restart | undefined },
): RetriedRun | undefined {
  const failure = readFailedRecord(run.output?.['error'])
  const ended = new Map<string, EndedStep>(completedInTrace(steps))
  const records = [...ended.values()].map((step) => (step.type === 'data' ? readStepRecord(step.data) : undefined))
  const recordedOrigin = records.find((record) => record?.origin !== undefined)?.origin
  const origin = failure?.workflow?.origin ?? recordedOrigin ?? run.id
  const version = ended.get(sha1(versionName.id))
  const begin = version?.type === 'data' ? readStepRecord(version.data) : undefined
  const restart = begin?.restart ?? begun
  const compensated = compensationsIn([...steps, ...compensating])
  if ([...compensated.values()].includes(true)) {
    // The new run starts over. It reuses only steps whose compensation failed, because they still have an effect.
    const uncompensated = [...compensated].flatMap(([key, isDone]) => (isDone ? [] : [sha1(key)]))
    const reused = new Map([...ended].filter(([id]) => uncompensated.includes(id)))
    return reused.size === 0 && !restart ? undefined : { ended: reused, caught: new Set(), origin, restart }
  }
  const { failures, caught } = caughtIn(steps, failure?.workflow?.failedStep)
  for (const [id, error] of failures) ended.set(id, error)
  const recorded = begin?.output
  return { ended, caught, origin, keyOrigin: origin, version: typeof recorded === 'string' ? recorded : null, restart }
}

/** Returns, for each step to compensate, whether its compensation completed. */
function compensationsIn(steps: readonly TracedStep[]): Map<string, boolean> {
  const compensated = new Map<string, boolean>()
  // Includes compensations that never started because the run ended before.
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

/**
 * Returns the permanently failed steps whose failure the code caught: those that ended before the step that made the
 * run fail.
 */
function caughtIn(steps: readonly TracedStep[], failedStep: string | undefined) {
  const caught = new Set<string>()
  const ends = new Map<string, number>()
  for (const { name, hashedId, spans } of steps) {
    const named = readStepName(name, hashedId)
    // For a step that runs a job, the wait for the job's end replaces the send.
    if (named.part === 'step' || named.part === 'end') ends.set(named.key, Date.parse(spans.at(-1)?.endedAt ?? ''))
  }
  const failedAt = (failedStep !== undefined && ends.get(failedStep)) || 0
  const failures = failuresInTrace(steps)
  for (const { name, hashedId } of steps) {
    const named = readStepName(name, hashedId)
    const isBefore = 'key' in named && named.key !== failedStep && (ends.get(named.key) ?? Infinity) < failedAt
    if (!isBefore) failures.delete(hashedId)
    else if (named.part === 'end') caught.add(named.key)
  }
  return { failures, caught }
}
