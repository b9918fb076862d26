import type { Definition } from '@cgk-platform/jobs-core'
import { forEachWithConcurrency } from '@cgk-platform/jobs-core/hosted'
import { bindLogger, toErrorInfo } from '@cgk-platform/jobs-core/provider'
import { priorityOf } from '@cgk-platform/jobs-core/scheduling'
import { idempotencyKeys, tasks } from '@trigger.dev/sdk'

import { concurrencyKeyOf } from './concurrency-key-of.ts'
import { type EventPayload, type RunPayload, toWireJson } from '../wire/payload.ts'
import type { RunOptions } from '../wire/run-options.ts'
import { tagsOf } from '../wire/tags.ts'
import { jobTaskId } from '../wire/task-id.ts'
import type { HostDependencies } from './host-dependencies.ts'
import type { RunContext } from './run-context.ts'

/** The retry settings of the SDK's requests. If they fail, the run's next attempt repeats them. */
const requestOptions = {
  retry: { maxAttempts: 4, factor: 2, minTimeoutInMs: 100, maxTimeoutInMs: 5000, randomize: true },
}

/**
 * Starts a run for each definition, as a child of the current run. After a crash, a second call starts no run twice.
 *
 * @returns run ids by definition id
 */
export async function dispatchRuns(
  definitions: readonly Definition[],
  { envelope, retry, options }: EventPayload,
  { ctx, signal }: RunContext,
  dependencies: HostDependencies,
): Promise<Record<string, string>> {
  const jobId = retry?.jobId ?? ctx.run.id
  const tagsFor = ({ id }: Definition): string[] => {
    const { tenantId, event } = envelope
    return tagsOf({ tenantId, event, jobId, definitionId: id })
  }
  const existing = ctx.attempt.number === 1 ? [] : await readChildren(ctx.run.id, dependencies)
  const version = versionOf(ctx)
  const runs = new Map<string, string>()
  const retried = retry && { retriedAt: ctx.run.createdAt.getTime() }
  const start = async (definition: Definition): Promise<void> => {
    if (signal.aborted) return
    const { id } = definition
    const retryOf = retry?.runs[id]
    const inherited = definition.kind === 'workflow' && options && { options } // for `step.restart`
    const payload: RunPayload = { envelope, jobId, ...(retryOf !== undefined && { retryOf }), ...retried, ...inherited }
    const tags = tagsFor(definition)
    // The idempotency key does not find a run that has already failed.
    const known = existing.find(
      (run) => run.taskIdentifier === jobTaskId(id) && tags.every((tag) => run.tags.includes(tag)),
    )
    const given = { ...options, tags: [...tags, ...[options?.tags ?? []].flat()], ...version }
    runs.set(id, known?.id ?? (await triggerRun(definition, payload, given)))
  }
  try {
    await forEachWithConcurrency(definitions, start)
  } finally {
    await dependencies.clock.yield() // lets a pending cancel arrive
    if (signal.aborted) await cancelAll([...runs.values()], jobId, dependencies)
  }
  return Object.fromEntries(runs)
}

/**
 * Returns the version that starts the child runs. A later version may not have the definition. In development, a
 * version ends with the next change, so none is set.
 */
function versionOf({ run: { version }, environment }: RunContext['ctx']): { version?: string } {
  return version === undefined || environment.type === 'DEVELOPMENT' ? {} : { version }
}

async function triggerRun(
  definition: Definition,
  payload: RunPayload,
  options: RunOptions & { readonly tags: string[]; readonly version?: string },
): Promise<string> {
  const { id } = definition
  const { envelope } = payload
  const concurrencyKey = concurrencyKeyOf(envelope, definition.concurrency)
  const run = await tasks.trigger(
    jobTaskId(id),
    toWireJson(payload),
    {
      ...options,
      priority: priorityOf(envelope, definition),
      ttl: 0,
      idempotencyKey: await idempotencyKeys.create(['run', id], { scope: 'run' }),
      ...(concurrencyKey !== undefined && { concurrencyKey }),
    },
    requestOptions,
  )
  return run.id
}

async function readChildren(runId: string, { api }: HostDependencies) {
  const run = await api.retrieve(`read the runs that ${runId} started`, runId)
  return run?.relatedRuns?.children ?? []
}

/** Cancels child runs. Trigger.dev cancels those that exist when it cancels their parent, but some may start later. */
async function cancelAll(runIds: readonly string[], jobId: string, { api, logger }: HostDependencies): Promise<void> {
  await forEachWithConcurrency(runIds, (runId) =>
    api.cancel(runId).catch((error: unknown) => {
      const message = 'Could not cancel a run of a cancelled job.'
      bindLogger(logger, { jobId, runId }).error(message, { error: toErrorInfo(error) })
    }),
  )
}
