import type { Definition } from '@cgk-platform/jobs-core'
import { InvalidDefinitionError } from '@cgk-platform/jobs-core/errors'
import { checkDefinitionSupport } from '@cgk-platform/jobs-core/hosted'
import { type AttemptHost, claimCronJob } from '@cgk-platform/jobs-core/provider'
import type { Inngest, InngestFunction } from 'inngest'

import type { EngineApi } from '../api/engine-api.ts'
import { inngestCapabilities } from '../capabilities.ts'
import { findUnsupportedByInngest } from '../provider-options.ts'
import type { PostEvents } from '../send/post-events.ts'
import { toCronEventName } from '../wire/cron-event-name.ts'
import { claimFunctionId, createClaimFunction } from './claim-function.ts'
import { createCancelWatcher } from './cancel-watcher.ts'
import { createCronDispatcher, dispatcherSuffix } from './cron-dispatcher.ts'
import { createAttemptDueTimes } from './attempt-due-times.ts'
import { createRetriedRuns } from './steps/retried-run.ts'
import { createWorkflowAttempts } from './steps/workflow-attempts.ts'
import type { HostDependencies } from './host-dependencies.ts'
import { createJobFunction } from './job-function.ts'
import { createCompensatingFunction, compensatingSuffix } from './compensating-function.ts'
import { createWorkflowFunction } from './workflow-function.ts'

/** The services and options for creating functions. */
export interface FunctionsOptions extends AttemptHost {
  readonly inngest: Inngest.Any
  readonly api: EngineApi
  readonly postEvents: PostEvents
  /** Aborts when the host (a worker or an HTTP handler) closes. Running attempts then also abort. */
  readonly closing?: AbortSignal
}

/**
 * Creates the Inngest functions that run the definitions.
 *
 * @throws {JobsError} for a definition that Inngest cannot run.
 */
export function toInngestFunctions({ closing, ...rest }: FunctionsOptions): InngestFunction.Any[] {
  const definitions = rest.jobs.all()
  const engine = { name: 'inngest', capabilities: inngestCapabilities, findUnsupported: findUnsupportedByInngest }
  checkDefinitionSupport(engine, definitions)
  checkFunctionIds(definitions)
  const { api, clock, logger } = rest
  const host: HostDependencies = {
    ...rest,
    cancels: createCancelWatcher(api, clock, logger, closing),
    dueTimes: createAttemptDueTimes(api, clock),
    attempts: createWorkflowAttempts(api, clock),
    retriedRuns: createRetriedRuns(api, clock),
  }
  if (definitions.length === 0) return []
  return [...definitions.flatMap((definition) => toFunctions(definition, host)), createClaimFunction(rest.inngest)]
}

function toFunctions(definition: Definition, host: HostDependencies): InngestFunction.Any[] {
  if (definition.kind === 'job' || definition.kind === 'batch')
    return [createJobFunction(definition, definition.event, host)]
  if (definition.kind === 'workflow')
    return [createWorkflowFunction(definition, host), createCompensatingFunction(definition, host)]
  const run = createJobFunction(definition, toCronEventName(host.inngest.id, definition.id), host)
  if (!definition.enabled) return [run]
  // Inngest creates this cron job's ticks, so a local engine in the same process must not create them as well.
  claimCronJob(definition, host)
  return [run, createCronDispatcher(definition, host)]
}

/**
 * Rejects a definition with the id of an added function. This package adds `jobs-retry` to each app, and `<id>-tick`
 * (cron job) or `<id>-failure` (workflow) for a definition `<id>`. The SDK adds `<id>-failure` (job or cron job with
 * `onFailure`).
 */
function checkFunctionIds(definitions: readonly Definition[]): void {
  const ids = new Set(definitions.map(({ id }) => id))
  const refuse = (id: string, cause: string, remedy: string): never => {
    const problem = `is reserved: the engine adds a function with this id${cause}`
    throw new InvalidDefinitionError({ what: `\`${id}\``, field: 'id', problem, remedy })
  }
  if (ids.has(claimFunctionId)) refuse(claimFunctionId, '', 'Change it.')
  for (const { id, kind, onFailure } of definitions) {
    const added = [
      ...(kind === 'cron' ? [dispatcherSuffix] : []),
      ...(kind === 'workflow' ? [compensatingSuffix] : onFailure ? ['-failure'] : []),
    ]
    const taken = added.map((suffix) => `${id}${suffix}`).find((one) => ids.has(one))
    if (taken !== undefined) refuse(taken, ` for \`${id}\``, 'Change the id of one of the two definitions.')
  }
}
