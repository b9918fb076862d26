import {
  type Clock,
  InvalidOptionError,
  type JobHost,
  type JobProvider,
  systemClock,
  within,
} from '@cgk-platform/jobs-core'

import { createEngineApi } from './api/engine-api.ts'
import { inngestCapabilities } from './capabilities.ts'
import { cancelJob } from './control/cancel-job.ts'
import { retryJob } from './control/retry-job.ts'
import { checkHealth } from './health.ts'
import { startWorker, type Worker } from './host/worker.ts'
import { type InngestConfig, toConnection } from './inngest-config.ts'
import { findUnsupportedByInngest } from './provider-options.ts'
import { createJobReader } from './read/job-reader.ts'
import { listJobs } from './read/list-jobs.ts'
import { createSubscriptions } from './read/subscriptions.ts'
import { createUnhandledNotes } from './read/unhandled-notes.ts'
import { sendEnvelopes } from './send/send-envelopes.ts'
import { createKeyedSender } from './send/send-keyed.ts'
import { toEventName } from './wire/cron-event-name.ts'

/** What tests set besides. */
export interface InngestInternals {
  /** Default: the machine's clock. */
  clock?: Clock | undefined
}

/** How long a worker may take to tell Inngest what it aborted; a run that it is not told of is made again later. */
const farewellMs = 2000

/**
 * Inngest as a provider: sends jobs and reads, cancels and retries them. They are run by the app that serves
 * `createInngestFunctions`, in this process or another, or by this one once it was started.
 *
 * @throws {InvalidOptionError} for a setting that cannot be used.
 */
export function createInngestProvider(config: InngestConfig = {}, internals: InngestInternals = {}): JobProvider {
  const { clock = systemClock } = internals
  let host: JobHost | undefined
  const connection = toConnection(config, () => host?.logger)
  const { client } = connection
  const api = createEngineApi(connection, clock)
  const subscriptions = createSubscriptions(api, clock)
  const reader = createJobReader({ api, clock, subscriptions, appId: client.id })
  const { offsetMs } = api
  const keyed = createKeyedSender({ client, clock, find: reader.event, offsetMs })
  const retrying = new Map<string, Promise<void>>()
  const noteUnhandled = createUnhandledNotes(() => host)
  let working: Promise<Worker> | undefined
  const attached = (): JobHost => {
    if (!host) throw new TypeError('A provider is used through a client: `createJobClient({ provider })`.')
    return host
  }

  return {
    specificationVersion: 'v1',
    name: 'inngest',
    capabilities: inngestCapabilities,
    findUnsupported: findUnsupportedByInngest,

    attach(given) {
      if (host) {
        const remedy = 'Make one Inngest provider for each client.'
        throw new InvalidOptionError({ option: 'provider', problem: 'has a client already', remedy })
      }
      host = given
    },

    send: (envelopes) => sendEnvelopes(envelopes, { client, clock, keyed, offsetMs }),
    async status(id) {
      const status = await reader.read(id)
      if (status) noteUnhandled(status)
      return status
    },
    cancel: (id) => cancelJob(id, { api, clock, reader, subscriptions }),

    async retry(id) {
      const before = retrying.get(id)
      if (before) return before
      const retried = retryJob(id, { api, clock, reader }).finally(() => retrying.delete(id))
      retrying.set(id, retried)
      return retried
    },

    list: ({ event, ...query }) => {
      const named = event === undefined ? {} : { event: toEventName(event, client.id) }
      return listJobs({ ...query, ...named }, api, reader)
    },
    health: () => checkHealth(client, host?.jobs, { api, subscriptions }),

    async start() {
      // Asked for twice, it is one worker.
      working ??= startWorker({ client, api, host: attached(), clock }).catch((error: unknown) => {
        working = undefined
        throw error
      })
      await working
    },

    async close({ timeoutMs }) {
      // One that is still connecting closes as soon as it has.
      const closed = working?.then(
        (worker) => worker.close(timeoutMs),
        () => undefined,
      )
      if (closed) await within(clock, timeoutMs + farewellMs, closed)
    },
  }
}
