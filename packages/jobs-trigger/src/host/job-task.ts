import { type Definition, PayloadInvalidError } from '@cgk-platform/jobs-core'
import { bindLogger, eventOf, toErrorInfo } from '@cgk-platform/jobs-core/provider'
import { type AnyTask, task } from '@trigger.dev/sdk'

import { readEventPayload, readRunPayload } from '../wire/payload.ts'
import { jobTaskId } from '../wire/task-id.ts'
import { attemptRun, recordOf } from './make-attempt.ts'
import type { HostParts } from './host-parts.ts'
import { toFailed } from './map-outcome.ts'
import { writeRecord } from './note-attempt.ts'
import type { RunContext } from './run-context.ts'
import { taskHooks } from './task-hooks.ts'
import { definitionTaskOptions } from './task-options.ts'

/** The task that makes a definition's runs where the event's own task does not. */
export function createJobTask(definition: Definition, parts: HostParts): AnyTask {
  return task({
    ...definitionTaskOptions(definition),
    ...taskHooks(parts),
    id: jobTaskId(definition.id),
    run: async (given: unknown, context: RunContext) => {
      const payload = readRunPayload(given)
      if (!payload) throw refuse(definition, given, context, parts)
      return attemptRun(definition, payload, context, parts)
    },
  })
}

/** Somebody triggered it by hand. A run of it needs a job that it is of. */
function refuse(definition: Definition, given: unknown, { ctx }: RunContext, parts: HostParts): Error {
  const event = eventOf(definition)
  const jobId = ctx.run.id
  const message = 'is missing: this task is triggered by the one of its event. Trigger that one'
  const error = toErrorInfo(new PayloadInvalidError({ event, issues: [{ path: 'envelope', message }] }))
  const payload = { ...readEventPayload(given, event, jobId, ctx.run.createdAt.getTime()), jobId }
  const { record, thrown } = toFailed(error, recordOf(definition, payload.envelope, ctx, parts.clock), {
    definition,
    payload,
  })
  writeRecord(record)
  bindLogger(parts.logger, { runId: jobId, definition: definition.id }).error('The run failed.', { error })
  return thrown!
}
