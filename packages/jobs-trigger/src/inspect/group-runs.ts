import type { EngineRun, ListedRun } from '../api/engine-shapes.ts'
import type { RunsPage } from '../api/trigger-api.ts'
import { eventPayloadOf, type EventRun, type EventRuns } from '../read/event-runs.ts'
import { nextOf } from '../read/newest-run.ts'
import { attemptRecordOf } from '../read/to-run-status.ts'
import { byAge, isRunOf, notVisibleYet } from '../read/job-runs.ts'
import { isAttemptRecord, readRecord } from '../wire/run-record.ts'
import { firstRunId, jobTagOf, retryRunIds } from '../wire/tags.ts'
import { jobTaskId } from '../wire/task-id.ts'
import { isSettling } from './is-settling.ts'

/**
 * Adds what follows from a listed run's records, so that the rules for the status of a run apply to it.
 *
 * @param readAt - the time of the response
 * @param payload - the part of the payload that those rules need
 */
export function toEngineRun(listedRun: ListedRun, readAt: Date, payload?: unknown): EngineRun {
  const { finishedAt: _, ...open } = listedRun
  const run: ListedRun = isSettling(listedRun, readAt) ? { ...open, status: 'EXECUTING' } : listedRun
  const record = readRecord(run.metadata)
  const hasBegun = run.startedAt !== undefined && run.status !== 'DEQUEUED'
  const listed = { ...run, isListed: true, payload, readAt: run.updatedAt } as const
  if (!isAttemptRecord(record)) return { ...listed, attemptCount: Number(hasBegun) }
  const { attempt, outputCopy, stackCopy, error } = record
  return {
    ...listed,
    attemptCount: attempt,
    ...(outputCopy !== undefined && { output: outputCopy }),
    ...(stackCopy !== undefined &&
      run.status !== 'CANCELED' && { error: { message: error?.message ?? '', stackTrace: stackCopy } }),
  }
}

/** Returns the runs that an event's run started, if it has recorded them: run ids by definition id. */
export function dispatchedBy({ metadata }: ListedRun): Readonly<Record<string, string>> | undefined {
  const record = readRecord(metadata)
  return record && 'dispatched' in record ? record.dispatched : undefined
}

/**
 * Groups the runs of a job: those of its own event run, then those of each manual retry.
 *
 * @param root - the event run of the job
 * @param others - runs with the tag of the job; others are ignored
 */
export function groupRuns(root: EngineRun, { runs: others, readAt }: Pick<RunsPage, 'runs' | 'readAt'>): EventRuns {
  const byId = new Map(others.filter(({ tags }) => tags.includes(jobTagOf(root.id))).map((run) => [run.id, run]))
  const payload = { envelope: eventPayloadOf(root).envelope, retry: { jobId: root.id, runs: {} } }
  const events: [EngineRun, ...EngineRun[]] = [root]
  for (let [id] = retriesOf(root); id !== undefined; [id] = retriesOf(events.at(-1)!)) {
    const run = byId.get(id)!
    byId.delete(id)
    events.push(toEngineRun(run, readAt, payload))
  }
  const started = [...byId.values()].filter((run) => isRunOf(run, root.id)).map((run) => toEngineRun(run, readAt))
  const children = started.filter(({ tags }) => firstRunId(tags) === undefined)
  const newest = new Map(started.toSorted(byAge).map((run) => [firstRunId(run.tags), run]))
  const [first, ...retries] = events.map((run, index) => {
    return withRestarts(toEventRun(run, events[index + 1], children), newest)
  })
  return [first!, ...retries]

  function retriesOf({ tags }: EngineRun): string[] {
    return retryRunIds(tags).filter((id) => byId.has(id))
  }
}

/** Replaces the runs that `step.restart` began again. @param newest - the newest run of each, by the id of its first one */
function withRestarts({ run, children }: EventRun, newest: ReadonlyMap<string | undefined, EngineRun>): EventRun {
  const continuing = (one: EngineRun): EngineRun => {
    const next = nextOf(one)
    if (next === undefined) return one
    return newest.get(one.id) ?? notVisibleYet(next, jobTaskId(attemptRecordOf(one)!.definition), one)
  }
  return { run, children: [...children.map(continuing), ...(nextOf(run) === undefined ? [] : [continuing(run)])] }
}

/** Adds the runs that an event's run started. @param listed - the runs that it may have started */
export function withStarted(run: EngineRun, { runs, readAt }: Pick<RunsPage, 'runs' | 'readAt'>): EventRun {
  return toEventRun(
    run,
    undefined,
    runs.map((one) => toEngineRun(one, readAt)),
  )
}

/** @param next - the retry of this run, whose children are younger than it */
function toEventRun(run: EngineRun, next: EngineRun | undefined, all: readonly EngineRun[]): EventRun {
  const dispatched = dispatchedBy(run)
  const children = dispatched
    ? Object.entries(dispatched).map(([definitionId, id]) => {
        return all.find((one) => one.id === id) ?? notVisibleYet(id, jobTaskId(definitionId), run)
      })
    : all.filter((one) => byAge(run, one) < 0 && (!next || byAge(one, next) < 0))
  return { run, children: children.toSorted(byAge) }
}
