import type { JobProvider } from '@cgk-platform/jobs-core'
import { signaledJobOf } from '@cgk-platform/jobs-core/hosted'
import {
  awaitAtMost,
  type Clock,
  type Envelope,
  type JobHost,
  type JobRegistry,
  systemClock,
} from '@cgk-platform/jobs-core/provider'

import { isCloudAddress } from './api/address.ts'
import { createEngineApi, type EngineApi } from './api/engine-api.ts'
import { cancelJob } from './control/cancel-job.ts'
import { retryJob } from './control/retry-job.ts'
import { checkHealth } from './health.ts'
import { findStepError } from './host/steps/find-step-error.ts'
import { startWorker, type Worker } from './host/worker.ts'
import { createInspection } from './inspect/create-inspection.ts'
import { eventHistoryMsOf, type InngestConfig, type InngestConnection, toConnection } from './inngest-config.ts'
import { type AcceptedJobs, createAcceptedJobs } from './read/accepted-jobs.ts'
import { createEventHandlers, type EventHandlers } from './read/event-handlers.ts'
import { createJobReader, type JobReader } from './read/job-reader.ts'
import { listJobs } from './read/list-jobs.ts'
import { registeredFunctions } from './read/registered-functions.ts'
import { createSubscriptions, type Subscriptions } from './read/subscriptions.ts'
import { createUnhandledWarnings, type UnhandledWarnings } from './read/unhandled-warnings.ts'
import { createPostEvents, type PostEvents } from './send/post-events.ts'
import { findSendError } from './send/find-send-error.ts'
import { sendEnvelopes } from './send/send-envelopes.ts'
import { createKeyedSender, type KeyedSender } from './send/send-keyed.ts'
import { inngestSupport } from './support.ts'
import { toEventName } from './wire/cron-event-name.ts'
import { toSignalEventName } from './wire/signal-event-name.ts'

/** Options for tests. */
export interface InngestInternals {
  /** Default: the system clock. */
  clock?: Clock | undefined
}

/** Additional time in which a closing worker reports aborted attempts. Inngest retries unreported ones later. */
const abortReportMs = 2000

/**
 * Creates the provider for Inngest: sends, reads, cancels and retries jobs. Jobs run in the app that serves
 * `createInngestFunctions`, or in this process after `client.start()`.
 *
 * @throws {InvalidOptionError} for an invalid setting. Environment variables are checked by the first call, which
 *   rejects with the same error.
 */
export function createInngestProvider(config: InngestConfig = {}, internals: InngestInternals = {}): JobProvider {
  const { clock = systemClock } = internals
  let host: JobHost | undefined
  const connect = toConnection(config, () => host?.logger)
  const eventHistoryMs = eventHistoryMsOf(config)
  let connected: Promise<InngestServices> | undefined
  const services = (): Promise<InngestServices> => {
    connected ??= connect()
      .then((connection) => createServices(connection, { clock, warnings, jobs: () => host?.jobs }))
      .catch((error: unknown) => {
        connected = undefined // the environment can be corrected
        throw error
      })
    return connected
  }
  const warnings = createUnhandledWarnings(() => host)
  let starting: Promise<Worker> | undefined
  const attached = (): JobHost => {
    if (!host) throw new TypeError('The provider has no client. Pass it to `createJobClient({ provider })`.')
    return host
  }

  return {
    specificationVersion: 'v1',
    ...inngestSupport,

    findStepError,
    findSendError: (envelope) => findSendError(envelope, eventHistoryMs),

    serverUrl: async () => (await services()).client.eventBaseUrl,
    attach: (attachedHost) => void (host = attachedHost),

    async send(envelopes) {
      const parts = await services()
      const nameOf = (one: Envelope): string =>
        toSignalEventName(toEventName(one.event, parts.client.id), signaledJobOf(one))
      const named = envelopes.map((one) => ({ ...one, event: nameOf(one) }))
      const results = await sendEnvelopes(named, parts)
      for (const [index, result] of results.entries()) {
        if (result.ok && !result.deduplicated) parts.accepted.add(result.id, envelopes[index]!)
      }
      return results
    },
    async status(id, tenantId) {
      const { reader } = await services()
      const status = await reader.read(id, tenantId)
      if (status) warnings.unhandled(status)
      return status
    },
    cancel: async (id) => cancelJob(id, await services()),

    retry: async (id) => retryJob(id, await services()),
    async list({ event, ...query }) {
      const parts = await services()
      const named = event === undefined ? {} : { event: toEventName(event, parts.client.id) }
      return listJobs({ ...query, ...named }, { ...parts, appId: parts.client.id })
    },
    inspection: createInspection(async () => {
      const parts = await services()
      return { ...parts, appId: parts.client.id }
    }),
    async health() {
      const { api, client, apiBaseUrl = client.apiBaseUrl } = await services()
      const { id, mode, eventKey } = client
      const subscriptions = createSubscriptions(api.checking, clock)
      return checkHealth({ id, mode, eventKey, apiBaseUrl }, host?.jobs, { api: api.checking, subscriptions })
    },

    async start() {
      const running = attached()
      // A second call returns the same worker.
      starting ??= services()
        .then((parts) => startWorker({ ...parts, host: running }))
        .catch((error: unknown) => {
          starting = undefined
          throw error
        })
      await starting
    },

    async close({ timeoutMs }) {
      const closeBy = clock.now() + timeoutMs
      // A worker that is still connecting closes as soon as it is connected.
      const closed = starting?.then(
        (worker) => worker.close(timeoutMs),
        () => undefined,
      )
      if (closed) await awaitAtMost(clock, timeoutMs + abortReportMs, closed)
      // Handlers can send until the worker has closed.
      const parts = await connected?.catch(() => undefined)
      const leftMs = Math.max(0, closeBy - clock.now())
      await Promise.all([parts?.api.close(leftMs), parts?.postEvents.close(leftMs)])
    },
  }
}

/** The services of a provider that need a connection. */
interface InngestServices extends InngestConnection {
  readonly clock: Clock
  readonly api: EngineApi
  readonly subscriptions: Subscriptions
  readonly handlers: EventHandlers
  readonly accepted: AcceptedJobs
  readonly reader: JobReader
  readonly keyed: KeyedSender
  readonly postEvents: PostEvents
  readonly offsetMs: () => number
}

interface ServiceDependencies {
  readonly clock: Clock
  readonly warnings: UnhandledWarnings
  readonly jobs: () => JobRegistry | undefined
}

function createServices(
  connection: InngestConnection,
  { clock, warnings, jobs }: ServiceDependencies,
): InngestServices {
  const { client } = connection
  const api = createEngineApi(connection, clock)
  const { offsetMs } = api
  const subscriptions = createSubscriptions(api, clock)
  const accepted = createAcceptedJobs(clock)
  const handlers = createEventHandlers({
    ...{ api, clock, subscriptions, onUnregistered: warnings.unregistered },
    defined: (eventName) => registeredFunctions(jobs(), client.id, eventName),
    deletesRuns: () => isCloudAddress(connection.apiBaseUrl ?? client.apiBaseUrl),
  })
  const reader = createJobReader({ api, clock, handlers, accepted, appId: client.id })
  const postEvents = createPostEvents(connection, clock)
  const keyed = createKeyedSender({ postEvents, clock, find: reader.event, offsetMs })
  return { ...connection, clock, postEvents, api, subscriptions, handlers, accepted, reader, keyed, offsetMs }
}
