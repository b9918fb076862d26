import type { JobProvider } from '@cgk-platform/jobs-core'
import { UnsupportedFeatureError } from '@cgk-platform/jobs-core/errors'
import { maxHealthWaitMs } from '@cgk-platform/jobs-core/hosted'
import { type Clock, type JobHost, systemClock } from '@cgk-platform/jobs-core/provider'

import { serverOf } from './api/request.ts'
import { createTriggerApi } from './api/trigger-api.ts'
import { cancelJob } from './control/cancel-job.ts'
import { setPaused } from './control/pause-jobs.ts'
import { retryJob } from './control/retry-job.ts'
import { checkHealth } from './health.ts'
import { createInspection } from './inspect/create-inspection.ts'
import { createJobReader } from './read/job-reader.ts'
import { listJobs } from './read/list-jobs.ts'
import { listPauses } from './read/list-pauses.ts'
import { findSendError } from './send/find-send-error.ts'
import { sendEnvelopes } from './send/send-envelopes.ts'
import { sendOptionNames } from './send/send-options.ts'
import { triggerSupport } from './support.ts'
import { toConnection, type TriggerConfig } from './trigger-config.ts'

/** Settings for tests. */
export interface TriggerInternals {
  /** Default: the machine's clock. */
  clock?: Clock | undefined
}

/**
 * Creates the Trigger.dev provider, which sends, reads, cancels and retries jobs. Trigger.dev's workers run them, in
 * the project that calls `createTriggerTasks`.
 *
 * @throws {InvalidOptionError} for an invalid setting.
 */
export function createTriggerProvider(config: TriggerConfig = {}, internals: TriggerInternals = {}): JobProvider {
  const { clock = systemClock } = internals
  const connection = toConnection(config)
  let host: JobHost | undefined
  const jobs = () => host?.jobs
  const api = createTriggerApi(connection, clock)
  const maxRateLimitWaitMs = Math.min(maxHealthWaitMs, connection.maxRateLimitWaitMs ?? maxHealthWaitMs)
  // Its requests do not wait for others.
  const healthApi = createTriggerApi({ ...connection, maxRateLimitWaitMs }, clock)
  const reader = createJobReader({ api, clock, jobs })

  return {
    specificationVersion: 'v1',
    ...triggerSupport,

    sendOptions: sendOptionNames,
    findSendError,

    serverUrl: async () => serverOf(connection),
    attach: (jobHost) => void (host = jobHost),

    send: (envelopes) => sendEnvelopes(envelopes, { api, clock }),
    status: (id, tenantId) => reader.read(id, tenantId),
    cancel: (id) => cancelJob(id, { api, clock, reader }),
    retry: (id, traceparent) => retryJob(id, { api, clock, reader }, traceparent),
    list: (query) => listJobs(query, api, reader),
    inspection: createInspection({ api, clock, jobs }),
    pause: (target) => setPaused(target, true, jobs()!, api),
    resume: (target) => setPaused(target, false, jobs()!, api),
    pauses: () => listPauses(jobs(), api),
    health: () => checkHealth(healthApi, jobs(), clock),

    async start() {
      const remedy =
        "Trigger.dev's own workers run the jobs. Start one with `trigger.dev dev`, or deploy with `trigger.dev deploy`."
      throw new UnsupportedFeatureError({ feature: 'client.start()', provider: 'trigger.dev', remedy })
    },

    close: ({ timeoutMs }) => api.close(timeoutMs),
  }
}
