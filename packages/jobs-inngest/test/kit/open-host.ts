import type { JobClient, JobHooks } from '@cgk-platform/jobs-core'
import type { Inngest } from 'inngest'

import { createCancelWatcher } from '../../src/host/cancel-watcher.ts'
import { createAttemptDueTimes } from '../../src/host/attempt-due-times.ts'
import { type HostDependencies, inngestLimits } from '../../src/host/host-dependencies.ts'
import { createRetriedRuns } from '../../src/host/steps/retried-run.ts'
import { createWorkflowAttempts } from '../../src/host/steps/workflow-attempts.ts'
import type { Answer } from './fake-server.ts'
import { openApi, type OpenApi } from './open-api.ts'
import { createRecordedLogger, type RecordedLogger } from './recorded-logger.ts'

/** A function as a host hands it to the SDK. */
export interface CreatedFunction {
  readonly options: Readonly<Record<string, unknown>>
  /** Calls it as the SDK does. */
  run(context: object): Promise<unknown>
}

/** The parts of a host whose server is a test's, and what it hands to the SDK. */
export interface OpenHost extends OpenApi {
  readonly parts: HostDependencies
  readonly logger: RecordedLogger
  readonly created: readonly CreatedFunction[]
}

/** What a host has besides. */
export interface HostSetting {
  readonly hooks?: JobHooks
  /** Aborts when the host closes. */
  readonly closing?: AbortSignal
}

/** A host on a server that answers so. */
export function openHost(answer: Answer, { hooks, closing }: HostSetting = {}): OpenHost {
  const setting = openApi(answer)
  const { api, clock, client } = setting
  const logger = createRecordedLogger()
  const created: CreatedFunction[] = []
  const createFunction = (options: CreatedFunction['options'], handler: (context: object) => unknown): object => {
    created.push({ options, run: async (context) => handler(context) })
    return {}
  }
  const recording = new Proxy(client, {
    get: (target, name) => (name === 'createFunction' ? createFunction : Reflect.get(target, name, target)),
  }) as Inngest.Any
  const parts: HostDependencies = {
    inngest: recording,
    api,
    clock,
    logger,
    hooks,
    middleware: undefined,
    client: {} as JobClient,
    cancels: createCancelWatcher(api, clock, logger, closing),
    dueTimes: createAttemptDueTimes(api, clock),
    attempts: createWorkflowAttempts(api, clock),
    retriedRuns: createRetriedRuns(api, clock),
    random: () => 0,
    limits: inngestLimits,
  }
  return { ...setting, parts, logger, created }
}
