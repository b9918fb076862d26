import type { Definition } from '@cgk-platform/jobs-core'
import { bindLogger, toErrorInfo, forEachWithConcurrency } from '@cgk-platform/jobs-core/provider'
import { idempotencyKeys, tasks } from '@trigger.dev/sdk'

import { concurrencyKeyOf } from '../send/concurrency-key-of.ts'
import { type EventPayload, type RunPayload, toCarried } from '../wire/payload.ts'
import { tagsOf } from '../wire/tags.ts'
import { jobTaskId } from '../wire/task-id.ts'
import type { HostParts } from './host-parts.ts'
import type { RunContext } from './run-context.ts'

/** What is asked of the SDK; it asks again by itself, and the run's next attempt does after it. */
const requestOptions = {
  retry: { maxAttempts: 4, factor: 2, minTimeoutInMs: 100, maxTimeoutInMs: 5000, randomize: true },
}

/**
 * Makes a run for each definition. They are children of the run under way, which is how they are found again. Made
 * again after a crash, it makes none twice.
 *
 * @returns the runs' ids by their definitions'
 */
export async function dispatchRuns(
  definitions: readonly Definition[],
  { envelope, retry }: EventPayload,
  { ctx, signal }: RunContext,
  parts: HostParts,
): Promise<Record<string, string>> {
  const jobId = retry?.jobId ?? ctx.run.id
  const tagsFor = ({ id }: Definition): string[] => {
    const { tenantId, event } = envelope
    return tagsOf({ tenantId, event, jobId, definitionId: id })
  }
  const made = ctx.attempt.number === 1 ? [] : await readChildren(ctx.run.id, parts)
  const version = versionOf(ctx)
  const runs = new Map<string, string>()
  const make = async (definition: Definition): Promise<void> => {
    if (signal.aborted) return
    const { id } = definition
    const retryOf = retry?.runs[id]
    const payload: RunPayload = { envelope, jobId, ...(retryOf !== undefined && { retryOf }) }
    const tags = tagsFor(definition)
    // A key does not tell of a run that has failed already.
    const before = made.find(
      (run) => run.taskIdentifier === jobTaskId(id) && tags.every((tag) => run.tags.includes(tag)),
    )
    runs.set(id, before?.id ?? (await triggerRun(definition, payload, { tags, ...version })))
  }
  try {
    await forEachWithConcurrency(definitions, make)
  } finally {
    await parts.clock.yield() // the news of a cancel may be on its way
    if (signal.aborted) await cancelAll([...runs.values()], jobId, parts)
  }
  return Object.fromEntries(runs)
}

/** A later version may not have the definition any more. In development a version goes with the next change. */
function versionOf({ run: { version }, environment }: RunContext['ctx']): { version?: string } {
  return version === undefined || environment.type === 'DEVELOPMENT' ? {} : { version }
}

async function triggerRun(
  { id, concurrency }: Definition,
  payload: RunPayload,
  options: { tags: string[]; version?: string },
): Promise<string> {
  const { tenantId } = payload.envelope
  const run = await tasks.trigger(
    jobTaskId(id),
    toCarried(payload),
    {
      ...options,
      ttl: 0,
      idempotencyKey: await idempotencyKeys.create(['run', id], { scope: 'run' }),
      // On a queue with a limit over all, a key would turn it into one for each tenant.
      ...(concurrency?.perTenant !== undefined && { concurrencyKey: concurrencyKeyOf(tenantId) }),
    },
    requestOptions,
  )
  return run.id
}

async function readChildren(runId: string, { api }: HostParts) {
  const run = await api.retrieve(`read the runs that ${runId} created`, runId)
  return run?.relatedRuns?.children ?? []
}

/** Trigger.dev cancels those that there are when it cancels the run that makes them; these may have come after it. */
async function cancelAll(runIds: readonly string[], jobId: string, { api, logger }: HostParts): Promise<void> {
  await forEachWithConcurrency(runIds, (runId) =>
    api.cancel(runId).catch((error: unknown) => {
      const message = 'A run of a job that was cancelled could not be cancelled.'
      bindLogger(logger, { jobId, runId }).error(message, { error: toErrorInfo(error) })
    }),
  )
}
