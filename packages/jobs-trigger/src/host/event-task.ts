import type { Definition } from '@cgk-platform/jobs-core'
import {
  bindLogger,
  describeUnhandled,
  eventOf,
  leaveForAnother,
  leaveUndecoded,
  toErrorInfo,
} from '@cgk-platform/jobs-core/provider'
import { type AnyTask, task } from '@trigger.dev/sdk'

import { inlineDefinition, runsInline } from '../read/inline-definition.ts'
import { type EventPayload, readEventPayload } from '../wire/payload.ts'
import { eventTaskId } from '../wire/task-id.ts'
import { notifySendingWorkflow, notifyWaitingWorkflows } from '../workflows/notify-workflows.ts'
import { attemptRun } from './attempt-run.ts'
import { DispatchFailure } from './dispatch-failure.ts'
import { dispatchRuns } from './dispatch-runs.ts'
import { endIfCancelled } from './end-cancelled-run.ts'
import type { HostDependencies } from './host-dependencies.ts'
import { leaveEvent, longestMs } from './leave-run.ts'
import { writeRecord } from './attempt-metadata.ts'
import type { RunContext } from './run-context.ts'
import { taskHooks } from './task-hooks.ts'
import { definitionTaskOptions, dispatchRetry, baseTaskOptions, stepJobQueue } from './task-options.ts'

/**
 * Creates the task that an event's senders trigger. Its run represents the job.
 *
 * @param handling - all definitions of the event, including disabled ones
 */
export function createEventTask(
  event: string,
  handling: readonly Definition[],
  dependencies: HostDependencies,
): AnyTask {
  const definitions = handling.filter(startsRuns)
  const inline = inlineDefinition(event, definitions)
  const isOfStep = handling.some((one) => eventOf(one) !== event)
  return task({
    ...(inline ? definitionTaskOptions(inline) : { ...baseTaskOptions, retry: { ...dispatchRetry } }),
    ...(isOfStep && { queue: { name: stepJobQueue } }),
    ...taskHooks(dependencies),
    id: eventTaskId(event),
    run: async (taskPayload: unknown, context: RunContext) => {
      const { id, createdAt } = context.ctx.run
      const attemptAt = context.ctx.attempt.startedAt.getTime()
      const payload = readEventPayload(taskPayload, event, id, createdAt.getTime())
      const left =
        leaveForAnother(payload.envelope, dependencies, longestMs) ??
        (await leaveUndecoded(payload.envelope, dependencies, longestMs))
      if (left) return leaveEvent(taskPayload, payload, left.againAt, context, dependencies)
      const eventJob = payload.retry
        ? { jobId: payload.retry.jobId, attemptAt }
        : { jobId: id, createdAt: createdAt.getTime(), attemptAt }
      const notified = notifyWaitingWorkflows(payload.envelope, eventJob, dependencies)
      if (inline && runsInline(payload)) {
        const otherWork = logFailedNotification(notified, id, dependencies)
        return attemptRun(inline, { ...payload, jobId: id }, context, dependencies, otherWork)
      }
      notified.catch(() => undefined) // awaited below
      await endIfCancelled(context, dependencies)
      const runs = await dispatch(handling, payload, context, dependencies)
      if (Object.keys(runs).length > 0) {
        await notified
        return { runs }
      }
      await notifySendingWorkflow(payload.envelope, id, dependencies)
      const isAwaited = (await notified) || payload.envelope.waitsOnly === true
      // Once: readers take an event that started no run for unhandled, until its record says that it was awaited.
      writeRecord({ dispatched: runs, ...(isAwaited && { awaited: true }) })
      if (!isAwaited && definitions.length === 0)
        bindLogger(dependencies.logger, { jobId: id }).warn(describeUnhandled(event, dependencies.jobs))
      return { runs }
    },
  })
}

/** Logs a failed notification instead of throwing: it must not repeat the work of the handler. */
async function logFailedNotification(
  notified: Promise<unknown>,
  jobId: string,
  { logger }: HostDependencies,
): Promise<void> {
  await notified.catch((error: unknown) => {
    const message = 'Could not notify the workflows that wait for an event, because Trigger.dev did not respond.'
    bindLogger(logger, { jobId }).error(message, { error: toErrorInfo(error) })
  })
}

async function dispatch(
  definitions: readonly Definition[],
  payload: EventPayload,
  context: RunContext,
  dependencies: HostDependencies,
): Promise<Record<string, string>> {
  try {
    const selected = selectDefinitions(definitions, payload, dependencies)
    const runs = await dispatchRuns(selected, payload, context, dependencies)
    if (selected.length > 0) writeRecord({ dispatched: runs })
    return runs
  } catch (error) {
    throw new DispatchFailure(error)
  }
}

/** Returns the definitions to run: all enabled ones, those that a manual retry selects, or none for an event for waits. */
function selectDefinitions(
  definitions: readonly Definition[],
  { envelope, retry }: EventPayload,
  { logger }: HostDependencies,
): readonly Definition[] {
  if (envelope.waitsOnly) return []
  if (!retry) return definitions.filter(startsRuns)
  const { jobId, runs, allBut } = retry
  if (allBut) return definitions.filter((one) => !allBut.includes(one.id) && (startsRuns(one) || one.id in runs))
  const missing = Object.keys(runs).filter((id) => definitions.every((one) => one.id !== id))
  if (missing.length > 0) {
    const message = 'Cannot retry some definitions of a job, because they no longer exist.'
    bindLogger(logger, { jobId }).warn(message, { definitions: missing })
  }
  return definitions.filter(({ id }) => id in runs)
}

/** Returns true if a job starts runs of a definition. The job of a tick does, even if its cron job is disabled by now. */
function startsRuns({ kind, enabled }: Definition): boolean {
  return enabled || kind === 'cron'
}
