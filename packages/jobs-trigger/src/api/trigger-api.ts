import {
  resolveOptionalRequest,
  resolveRequest,
  createRequester,
  permanentFailure,
  RequestFailure,
  type RequestOptions,
  requestTimeoutMs,
} from '@cgk-platform/jobs-core/hosted'
import { type Json, type Clock, toErrorInfo } from '@cgk-platform/jobs-core/provider'
import type * as Sdk from '@trigger.dev/sdk'

import type { TriggerConnection } from '../trigger-config.ts'
import type { EngineQueue, EngineRun, EngineRunStatus, ListedRun } from './engine-shapes.ts'
import { type ApiRequest, request as sendRequest, serverOf } from './request.ts'
import type { RunOptions } from '../wire/run-options.ts'
import { toFailure } from './to-failure.ts'
import { createWaitTokens, type WaitTokens } from './wait-tokens.ts'

/** The part of Trigger.dev's API that this package uses. It works the same inside and outside tasks. */
export interface TriggerApi {
  /**
   * Starts a run of a task. Retries transient failures a few times. The run is never a child of the current run.
   *
   * @throws {RequestFailure}
   */
  trigger(taskId: string, payload: Json, request: TriggerRequest): Promise<TriggerResult>
  /** Returns a run, or `undefined` if there is none. @throws {RequestFailedError} */
  retrieve(operation: string, runId: string): Promise<EngineRun | undefined>
  /** Returns a page of runs, newest first. The list lags behind. @throws {RequestFailedError} */
  list(operation: string, query: ListRunsQuery): Promise<RunsPage>
  /** Requests the cancel of a run. The run's status shows the result. @throws {RequestFailedError} */
  cancel(runId: string): Promise<void>
  /** Adds tags to a run, even if it has ended. @throws {RequestFailedError} */
  addTags(runId: string, tags: readonly string[]): Promise<void>
  /** Frees an idempotency key of a task, whether it is in use or not. @throws {RequestFailedError} */
  resetKey(taskId: string, key: string): Promise<void>
  /** Returns a queue, or `undefined` if there is none. @throws {RequestFailedError} */
  queue(type: EngineQueue['type'], name: string): Promise<EngineQueue | undefined>
  /** Returns a page of the environment's queues, sorted by name, from page 1. @throws {RequestFailedError} */
  listQueues(page: number): Promise<QueuesPage>
  /** Pauses or resumes a queue, and returns it, or `undefined` if there is none. @throws {RequestFailedError} */
  setQueuePaused(queue: Pick<EngineQueue, 'type' | 'name'>, paused: boolean): Promise<EngineQueue | undefined>
  /** Sets values in the metadata of a run, and keeps its other values. @throws {RequestFailedError} */
  setMetadata(runId: string, values: Readonly<Record<string, Json>>): Promise<void>
  readonly tokens: WaitTokens
  /** Waits for the requested changes for at most `timeoutMs`. Changes that still wait then fail, as do later ones. */
  close(timeoutMs: number): Promise<void>
}

/** Options of a new run. */
export interface TriggerRequest {
  readonly machine?: RunOptions['machine']
  /** Time after which the run expires if it has not started. Default: never. */
  readonly ttl?: string | number | undefined
  readonly tags?: readonly string[] | undefined
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
  /** Seconds by which the run is moved ahead in its queue. Default 0. */
  readonly priority?: number | undefined
  /** The key by which the run counts for the limits of its queue. */
  readonly concurrencyKey?: string | undefined
  /** Earliest start. Default: now. */
  readonly delay?: Date | undefined
  /** A hash of 64 hexadecimal digits, which the SDK sends unchanged. */
  readonly idempotencyKey?: string | undefined
  readonly idempotencyKeyTtlMs?: number | undefined
  /** The version of the deployed tasks. Default: the connection's. */
  readonly version?: string | undefined
}

/** The run that a trigger request returned. It may be an existing run with the same idempotency key. */
export interface TriggerResult {
  readonly id: string
  /** True if a run with the key already existed. */
  readonly isCached: boolean
  /** True if the request was retried, so the run may come from an earlier try whose response was lost. */
  readonly wasRetried?: boolean
}

/** Filters of a list of runs. */
export interface ListRunsQuery {
  /** Only runs with one of these tags. */
  readonly tag?: string | readonly string[] | undefined
  readonly taskIdentifier?: string | readonly string[] | undefined
  readonly queues?: readonly Pick<EngineQueue, 'type' | 'name'>[] | undefined
  readonly status?: EngineRunStatus | readonly EngineRunStatus[] | undefined
  /** Only runs that were created then or later. Default: all. */
  readonly from?: Date | undefined
  /** Only runs that were created then or before. */
  readonly to?: Date | undefined
  readonly limit?: number | undefined
  /** The cursor of the previous page. */
  readonly after?: string | undefined
}

/** A page of a list of runs. */
export interface RunsPage {
  readonly runs: readonly ListedRun[]
  /** The cursor of the next page. */
  readonly next?: string | undefined
  /** The time of the response, by the server's clock in whole seconds. */
  readonly readAt: Date
}

/** A page of the list of queues. */
export interface QueuesPage {
  readonly queues: readonly EngineQueue[]
  /** Number of queues on all pages. */
  readonly count: number
  readonly totalPages: number
}

/** Maximum number of queues of a page. */
const queuesPerPage = 100

/** Creates access to the API of a connection's server. */
export function createTriggerApi(connection: TriggerConnection, clock: Clock): TriggerApi {
  const requester = createRequester({ clock, maxRateLimitWaitMs: connection.maxRateLimitWaitMs })
  // Replaces the SDK's retries, which take up to a minute and report only the last failure.
  const callSdk = async <T>(
    call: (client: Sdk.TriggerClient) => PromiseLike<T>,
    options: Pick<RequestOptions, 'isIdempotent' | 'isChange'> = {},
  ): Promise<T> => {
    const client = await createClient(connection)
    const { origin } = new URL(serverOf(connection))
    const attempt = async (): Promise<T> => {
      try {
        return await call(client)
      } catch (cause) {
        throw new RequestFailure(toFailure(cause, origin, clock.now()), { cause })
      }
    }
    return requester(attempt, { ...options, timeoutMs: requestTimeoutMs })
  }
  const callApi = (request: ApiRequest): Promise<unknown> =>
    requester((signal) => sendRequest(connection, request, { now: clock.now, signal }), {
      isChange: request.method !== 'GET',
      timeoutMs: requestTimeoutMs,
    })
  const readAtOf = (response: Response): Date => new Date(response.headers.get('date') ?? clock.now())
  const required = <T>(operation: string, request: Promise<T>, isMutation?: boolean): Promise<T> =>
    resolveRequest({ provider: 'trigger.dev', operation, isMutation }, request)
  const optional = <T>(operation: string, request: Promise<T>, isMutation?: boolean): Promise<T | undefined> =>
    resolveOptionalRequest({ provider: 'trigger.dev', operation, isMutation }, request)

  return {
    async trigger(taskId, payload, request) {
      const options = toOptions(request, connection.version)
      let tries = 0
      const { id, isCached } = await callSdk(
        ({ tasks }): PromiseLike<TriggerHandle> => {
          tries++
          return tasks.trigger(taskId, payload, options)
        },
        { isIdempotent: request.idempotencyKey !== undefined, isChange: true },
      )
      return { id, isCached: isCached === true, wasRetried: tries > 1 }
    },

    retrieve: (operation, runId) =>
      optional(
        operation,
        callSdk(async ({ runs }) => {
          const { data, response } = await runs.retrieve(runId).withResponse()
          return { ...(data as Omit<EngineRun, 'readAt'>), readAt: readAtOf(response) }
        }),
      ),

    async list(operation, { tag, taskIdentifier, queues, status, from = new Date(1), to, limit, after }) {
      const query = {
        from, // without it, the list has only runs of the last seven days
        ...(to !== undefined && { to }),
        ...(tag !== undefined && { tag: [tag].flat() }),
        ...(taskIdentifier !== undefined && { taskIdentifier: [taskIdentifier].flat() }),
        ...(queues !== undefined && { queue: [...queues] }),
        ...(status !== undefined && { status: [status].flat() }),
        ...(limit !== undefined && { limit }),
        ...(after !== undefined && { after }),
      }
      const { data: page, response } = await required(
        operation,
        callSdk(({ runs }) => runs.list(query).withResponse()),
      )
      return { runs: page.data, next: page.pagination.next, readAt: readAtOf(response) }
    },

    async cancel(runId) {
      await optional(
        `cancel the run ${runId}`,
        callSdk(({ runs }) => runs.cancel(runId), { isChange: true }),
        true,
      )
    },

    async addTags(runId, tags) {
      const request = { method: 'POST', path: `/api/v1/runs/${runId}/tags`, body: { tags } } as const
      await required(`set the tags of the run ${runId}`, callApi(request), true)
    },

    async resetKey(taskIdentifier, key) {
      const path = `/api/v1/idempotencyKeys/${encodeURIComponent(key)}/reset`
      const request = { method: 'POST', path, body: { taskIdentifier } } as const
      await optional(`reset an idempotency key of ${taskIdentifier}`, callApi(request), true)
    },

    queue: (type, name) =>
      optional(
        `read the queue ${name}`,
        callSdk(({ queues }) => queues.retrieve({ type, name })),
      ),

    async listQueues(page) {
      const { data, pagination } = await required(
        'list the queues',
        callSdk(({ queues }) => queues.list({ page, perPage: queuesPerPage })),
      )
      return { queues: data, count: pagination.count, totalPages: pagination.totalPages }
    },

    setQueuePaused: ({ type, name }, paused) =>
      optional(
        `${paused ? 'pause' : 'resume'} the queue ${name}`,
        callSdk(({ queues }) => (paused ? queues.pause({ type, name }) : queues.resume({ type, name })), {
          isChange: true,
        }),
        true,
      ),

    async setMetadata(runId, values) {
      const operations = Object.entries(values).map(([key, value]) => ({ type: 'set', key, value }))
      const request = { method: 'PUT', path: `/api/v1/runs/${runId}/metadata`, body: { operations } } as const
      await required(`write the metadata of the run ${runId}`, callApi(request), true)
    },

    tokens: createWaitTokens((operation, request, isMutation) => optional(operation, callApi(request), isMutation)),

    close: (timeoutMs) => requester.close(timeoutMs),
  }
}

type TriggerHandle = Awaited<ReturnType<Sdk.TriggerClient['tasks']['trigger']>> & { readonly isCached?: boolean }
type RunMetadata = NonNullable<NonNullable<TriggerOptions>['metadata']>
type TriggerOptions = Parameters<Sdk.TriggerClient['tasks']['trigger']>[2]

/**
 * Creates an SDK client for one request. A client is cheap, and some platforms set the environment only per request.
 * The SDK's global `configure` would mix up several connections.
 */
async function createClient(connection: TriggerConnection): Promise<Sdk.TriggerClient> {
  const { apiKey, apiUrl, previewBranch } = connection
  const sdk = await loadSdk()
  return new sdk.TriggerClient({
    ...(apiKey !== undefined && { secretKey: apiKey }),
    ...(apiUrl !== undefined && { baseURL: apiUrl }),
    ...(previewBranch !== undefined && { previewBranch }),
    requestOptions: { retry: { maxAttempts: 1 } },
  })
}

/** Imports the SDK with the first request, because the import takes half a second. */
async function loadSdk(): Promise<Pick<typeof Sdk, 'TriggerClient'>> {
  try {
    return await import('@trigger.dev/sdk')
  } catch (cause) {
    const problem = `the SDK cannot be loaded: ${toErrorInfo(cause).message}`
    const remedy = 'Install `@trigger.dev/sdk`. If you bundle your app, mark the SDK as external.'
    throw new RequestFailure(permanentFailure(problem, remedy), { cause })
  }
}

function toOptions(request: TriggerRequest, version: string | undefined): TriggerOptions {
  const { tags, metadata, priority, delay, idempotencyKey, idempotencyKeyTtlMs, machine, ttl = 0 } = request
  const { concurrencyKey } = request
  const lockTo = request.version ?? version
  return {
    ttl, // otherwise the task configuration may let runs expire, and a development server does by default
    ...(machine !== undefined && { machine }),
    ...(tags !== undefined && { tags: [...tags] }),
    ...(metadata !== undefined && { metadata: metadata as RunMetadata }),
    ...(priority !== undefined && { priority }),
    ...(concurrencyKey !== undefined && { concurrencyKey }),
    ...(delay !== undefined && { delay }),
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    // Only a duration with a single unit works. Any other format silently means 30 days.
    ...(idempotencyKeyTtlMs !== undefined && { idempotencyKeyTTL: `${Math.ceil(idempotencyKeyTtlMs / 1000)}s` }),
    ...(lockTo !== undefined && { version: lockTo }),
  }
}
