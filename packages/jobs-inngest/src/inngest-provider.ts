import type { JobProvider } from '@cgk-platform/jobs-core'
import { type Clock, type JobHost, systemClock, within } from '@cgk-platform/jobs-core/provider'
import type { Inngest } from 'inngest'

import { createEngineApi, type EngineApi } from './api/engine-api.ts'
import { inngestCapabilities } from './capabilities.ts'
import { cancelJob } from './control/cancel-job.ts'
import { retryJob } from './control/retry-job.ts'
import { checkHealth } from './health.ts'
import { startWorker, type Worker } from './host/worker.ts'
import { type InngestConfig, type InngestConnection, toConnection } from './inngest-config.ts'
import { findUnsupportedByInngest } from './provider-options.ts'
import { createJobReader, type JobReader } from './read/job-reader.ts'
import { listJobs } from './read/list-jobs.ts'
import { createSubscriptions, type Subscriptions } from './read/subscriptions.ts'
import { createUnhandledWarnings } from './read/unhandled-warnings.ts'
import { sendEnvelopes } from './send/send-envelopes.ts'
import { createKeyedSender, type KeyedSender } from './send/send-keyed.ts'
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
 * @throws {InvalidOptionError} for a setting that cannot be used. What the environment says is looked at by the first
 *   call, which rejects with the same.
 */
export function createInngestProvider(config: InngestConfig = {}, internals: InngestInternals = {}): JobProvider {
  const { clock = systemClock } = internals
  let host: JobHost | undefined
  const connect = toConnection(config, () => host?.logger)
  let made: Promise<InngestServices> | undefined
  const parts = (): Promise<InngestServices> => {
    made ??= connect()
      .then((connection) => toParts(connection, clock))
      .catch((error: unknown) => {
        made = undefined // an environment that cannot be used may be mended
        throw error
      })
    return made
  }
  const warnIfUnhandled = createUnhandledWarnings(() => host)
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

    attach: (given) => void (host = given),

    send: async (envelopes) => sendEnvelopes(envelopes, await parts()),
    async status(id) {
      const { reader } = await parts()
      const status = await reader.read(id)
      if (status) warnIfUnhandled(status)
      return status
    },
    cancel: async (id) => cancelJob(id, await parts()),

    retry: async (id) => retryJob(id, await parts()),
    async list({ event, ...query }) {
      const { api, client, reader } = await parts()
      const named = event === undefined ? {} : { event: toEventName(event, client.id) }
      return listJobs({ ...query, ...named }, api, reader)
    },
    async health() {
      const { client, api, subscriptions } = await parts()
      return checkHealth(client, host?.jobs, { api, subscriptions })
    },

    async start() {
      const running = attached()
      // Asked for twice, it is one worker.
      working ??= parts()
        .then(({ client, api }) => startWorker({ client, api, host: running, clock }))
        .catch((error: unknown) => {
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

/** What stands on a connection. */
interface InngestServices {
  readonly client: Inngest.Any
  readonly clock: Clock
  readonly api: EngineApi
  readonly subscriptions: Subscriptions
  readonly reader: JobReader
  readonly keyed: KeyedSender
  readonly offsetMs: () => number
}

function toParts(connection: InngestConnection, clock: Clock): InngestServices {
  const { client } = connection
  const api = createEngineApi(connection, clock)
  const { offsetMs } = api
  const subscriptions = createSubscriptions(api, clock)
  const reader = createJobReader({ api, clock, subscriptions, appId: client.id })
  const keyed = createKeyedSender({ client, clock, find: reader.event, offsetMs })
  return { client, clock, api, subscriptions, reader, keyed, offsetMs }
}
