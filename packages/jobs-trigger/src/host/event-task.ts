import type { Definition } from '@cgk-platform/jobs-core'
import { bindLogger, toErrorInfo } from '@cgk-platform/jobs-core/provider'
import { type AnyTask, task } from '@trigger.dev/sdk'

import { type EventPayload, readEventPayload } from '../wire/payload.ts'
import { eventTaskId } from '../wire/task-id.ts'
import { tellSender, tellWaits } from '../workflows/tell-waits.ts'
import { attemptRun } from './make-attempt.ts'
import { DispatchFailure } from './dispatch-failure.ts'
import { dispatchRuns } from './dispatch-runs.ts'
import type { HostParts } from './host-parts.ts'
import { writeRecord } from './note-attempt.ts'
import type { RunContext } from './run-context.ts'
import { taskHooks } from './task-hooks.ts'
import { definitionTaskOptions, dispatchRetry, everyTask } from './task-options.ts'

/** The task that an event's senders trigger; its run is the job. */
export function createEventTask(event: string, definitions: readonly Definition[], parts: HostParts): AnyTask {
  const only = inlineDefinition(definitions)
  return task({
    ...(only ? definitionTaskOptions(only) : { ...everyTask, retry: { ...dispatchRetry } }),
    ...taskHooks(parts),
    id: eventTaskId(event),
    run: async (given: unknown, context: RunContext) => {
      const { id, createdAt } = context.ctx.run
      const payload = readEventPayload(given, event, id, createdAt.getTime())
      const cameAs = payload.retry ? { jobId: payload.retry.jobId } : { jobId: id, createdAt: createdAt.getTime() }
      const telling = tellWaits(payload.envelope, cameAs, parts)
      if (only && runsInline(payload)) {
        return attemptRun(only, { ...payload, jobId: id }, context, parts, logged(telling, id, parts))
      }
      telling.catch(() => undefined) // it is awaited at the end
      if (definitions.length === 0) {
        const message = `No job handles \`${event}\`, so nothing was done. Does the tasks file import the module of one?`
        bindLogger(parts.logger, { jobId: id }).info(message)
      }
      const runs = await dispatch(definitions, payload, context, parts)
      if (Object.keys(runs).length === 0) await tellSender(payload.envelope, id, parts)
      await telling
      return { runs }
    },
  })
}

/** The handler has done its work, which is no reason to do it again. */
async function logged(telling: Promise<void>, jobId: string, { logger }: HostParts): Promise<void> {
  await telling.catch((error: unknown) => {
    const message = 'Workflows that wait for an event were not told of it, since Trigger.dev did not answer.'
    bindLogger(logger, { jobId }).error(message, { error: toErrorInfo(error) })
  })
}

/** The definition whose attempts an event's run makes itself. A limit over all tenants needs a queue without keys. */
function inlineDefinition(definitions: readonly Definition[]): Definition | undefined {
  const [first, ...more] = definitions
  return more.length === 0 && first?.concurrency?.limit === undefined ? first : undefined
}

/** A run that failed frees its idempotency key: a job that has one is kept by a run that does not fail. */
function runsInline({ envelope, retry }: EventPayload): boolean {
  return envelope.idempotencyKey === undefined && retry === undefined
}

async function dispatch(
  definitions: readonly Definition[],
  payload: EventPayload,
  context: RunContext,
  parts: HostParts,
): Promise<Record<string, string>> {
  try {
    const runs = await dispatchRuns(askedFor(definitions, payload, parts), payload, context, parts)
    writeRecord({ dispatched: runs })
    return runs
  } catch (error) {
    throw new DispatchFailure(error)
  }
}

function askedFor(
  definitions: readonly Definition[],
  { retry }: EventPayload,
  { logger }: HostParts,
): readonly Definition[] {
  if (!retry) return definitions
  const { jobId, runs, allBut } = retry
  if (allBut) return definitions.filter(({ id }) => !allBut.includes(id))
  const gone = Object.keys(runs).filter((id) => definitions.every((one) => one.id !== id))
  if (gone.length > 0) {
    const message = 'A job is retried, and a definition of it that had failed is gone.'
    bindLogger(logger, { jobId }).warn(message, { definitions: gone })
  }
  return definitions.filter(({ id }) => id in runs)
}
