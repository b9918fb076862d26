import type { Definition } from '@cgk-platform/jobs-core'
import { PayloadInvalidError } from '@cgk-platform/jobs-core/errors'
import { bindLogger, eventOf, leaveForAnother, toErrorInfo } from '@cgk-platform/jobs-core/provider'
import { type AnyTask, task } from '@trigger.dev/sdk'

import { readEventPayload, readRunPayload } from '../wire/payload.ts'
import { eventTaskId, jobTaskId } from '../wire/task-id.ts'
import { attemptRun, newAttemptRecord } from './attempt-run.ts'
import type { HostDependencies } from './host-dependencies.ts'
import { waitForCancel } from './leave-run.ts'
import { toFailedOutcome } from './map-outcome.ts'
import { writeRecord } from './attempt-metadata.ts'
import type { RunContext } from './run-context.ts'
import { taskHooks } from './task-hooks.ts'
import { definitionTaskOptions, ownQueueOptions } from './task-options.ts'

/** Creates the task that makes a definition's runs if the event's task does not. */
export function createJobTask(definition: Definition, dependencies: HostDependencies): AnyTask {
  return task({
    ...definitionTaskOptions(definition),
    queue: ownQueueOptions(definition),
    ...taskHooks(dependencies),
    id: jobTaskId(definition.id),
    run: async (taskPayload: unknown, context: RunContext) => {
      const payload = readRunPayload(taskPayload)
      if (!payload) throw reject(definition, taskPayload, context, dependencies)
      if (leaveForAnother(payload.envelope, dependencies)) return waitForCancel(context, dependencies)
      return attemptRun(definition, payload, context, dependencies)
    },
  })
}

/** Fails a run that was triggered by hand: every run needs a job. */
function reject(
  definition: Definition,
  taskPayload: unknown,
  { ctx }: RunContext,
  dependencies: HostDependencies,
): Error {
  const event = eventOf(definition)
  const jobId = ctx.run.id
  const message = `is missing. Trigger the task \`${eventTaskId(event)}\` instead, which starts this one`
  const error = toErrorInfo(new PayloadInvalidError({ event, issues: [{ path: 'envelope', message }] }))
  const payload = { ...readEventPayload(taskPayload, event, jobId, ctx.run.createdAt.getTime()), jobId }
  const { record, thrown } = toFailedOutcome(
    error,
    newAttemptRecord(definition, payload.envelope, ctx, dependencies.clock),
    {
      definition,
      payload,
    },
  )
  writeRecord(record)
  bindLogger(dependencies.logger, { runId: jobId, definitionId: definition.id }).error('The run failed.', { error })
  return thrown!
}
