import { createJobRegistry } from '@cgk-platform/jobs-core/scheduling'
import type { JobClient, JobHooks } from '@cgk-platform/jobs-core'
import { createRecordedLogger, type RecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import type { Inngest } from 'inngest'

import { createCancelWatcher } from '../../src/host/cancel-watcher.ts'
import { createAttemptDueTimes } from '../../src/host/attempt-due-times.ts'
import { type HostDependencies, inngestLimits } from '../../src/host/host-dependencies.ts'
import { createRetriedRuns } from '../../src/host/steps/retried-run.ts'
import { createWorkflowAttempts } from '../../src/host/steps/workflow-attempts.ts'
import { createPostEvents } from '../../src/send/post-events.ts'
import type { Responder } from './fake-server.ts'
import { openApi, type OpenApi } from './open-api.ts'

/** A function as a host passes it to the SDK. */
export interface CreatedFunction {
  readonly options: Readonly<Record<string, unknown>>
  /** Calls the function as the SDK does. */
  run(context: object): Promise<unknown>
}

/** The services of a host on a fake server, and the functions that it passes to the SDK. */
export interface OpenHost extends OpenApi {
  readonly parts: HostDependencies
  readonly logger: RecordedLogger
  readonly created: readonly CreatedFunction[]
}

/** Additional options of a host. */
export interface HostSetting {
  readonly hooks?: JobHooks
  /** Aborts when the host closes. */
  readonly closing?: AbortSignal
}

/** Opens a host on a server with these responses. */
export function openHost(answer: Responder, { hooks, closing }: HostSetting = {}): OpenHost {
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
    postEvents: createPostEvents({ client }, clock),
    clock,
    logger,
    hooks,
    middleware: undefined,
    instrument: undefined,
    returnedErrors: undefined,
    jobs: createJobRegistry(),
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
