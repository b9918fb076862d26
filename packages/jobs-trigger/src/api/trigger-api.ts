import {
  type Json,
  resolveOptionalRequest,
  resolveRequest,
  requestWithRetry,
  permanentFailure,
  type Clock,
  RequestFailure,
  requestTimeoutMs,
  toErrorInfo,
} from '@cgk-platform/jobs-core/provider'
import type * as Sdk from '@trigger.dev/sdk'

import type { TriggerConnection } from '../trigger-config.ts'
import type { EngineQueue, EngineRun, EngineRunStatus, ListedRun } from './engine-shapes.ts'
import { type ApiRequest, request as askServer, serverOf } from './request.ts'
import { toFailure } from './to-failure.ts'
import { createWaitTokens, type WaitTokens } from './wait-tokens.ts'

/** Trigger.dev's API as far as it is used. Nothing of it depends on the task that it may be called from. */
export interface TriggerApi {
  /**
   * Makes a run of a task; asked again a few times where that may mend it. It is not made a child of the run that it
   * may be called from.
   *
   * @throws {RequestFailure}
   */
  trigger(taskId: string, payload: Json, request: TriggerRequest): Promise<TriggerResult>
  /** A run, or `undefined` where there is none. @throws {RequestFailedError} */
  retrieve(operation: string, runId: string): Promise<EngineRun | undefined>
  /** A page of runs, newest first; it lags behind. @throws {RequestFailedError} */
  list(operation: string, query: ListRunsQuery): Promise<RunsPage>
  /** Asks for a run's end; what became of it is told by its status. @throws {RequestFailedError} */
  cancel(runId: string): Promise<void>
  /** Adds tags to a run, also to one that has ended. @throws {RequestFailedError} */
  addTags(runId: string, tags: readonly string[]): Promise<void>
  /** Frees an idempotency key of a task, whether it is taken or not. @throws {RequestFailedError} */
  resetKey(taskId: string, key: string): Promise<void>
  /** A queue, or `undefined` where there is none. @throws {RequestFailedError} */
  queue(type: EngineQueue['type'], name: string): Promise<EngineQueue | undefined>
  /** Sets values in the metadata of a run, and leaves the others. @throws {RequestFailedError} */
  setMetadata(runId: string, values: Readonly<Record<string, Json>>): Promise<void>
  readonly tokens: WaitTokens
}

/** How a run is to be made. It never expires. */
export interface TriggerRequest {
  readonly tags?: readonly string[] | undefined
  /** Not before; left out: now. */
  readonly delay?: Date | undefined
  readonly concurrencyKey?: string | undefined
  /** The hash itself: 64 hexadecimal digits, which the SDK sends as they are. */
  readonly idempotencyKey?: string | undefined
  readonly idempotencyKeyTtlMs?: number | undefined
  /** The version of the deployed tasks. Default: the connection's. */
  readonly version?: string | undefined
}

/** A run that was made, or that had been made for the key. */
export interface TriggerResult {
  readonly id: string
  /** True where the key was taken. */
  readonly isCached: boolean
  /** True where it was asked for more than once, so that the run may be of a try whose answer was lost. */
  readonly wasRetried?: boolean
}

/** What is looked for in a list of runs. */
export interface ListRunsQuery {
  readonly tag?: string | undefined
  readonly taskIdentifier?: string | undefined
  readonly queue?: Pick<EngineQueue, 'type' | 'name'> | undefined
  readonly status?: EngineRunStatus | undefined
  readonly limit?: number | undefined
  /** The cursor of the page before. */
  readonly after?: string | undefined
}

/** A page of a list of runs. */
export interface RunsPage {
  readonly runs: readonly ListedRun[]
  /** The cursor of the next page. */
  readonly next?: string | undefined
}

/** The API of the server that a connection leads to. */
export function createTriggerApi(connection: TriggerConnection, clock: Clock): TriggerApi {
  // The SDK's own loop is turned off: it asks for up to a minute, and tells in the end of the last try alone.
  const askApi = async <T>(request: (client: Sdk.TriggerClient) => PromiseLike<T>, isIdempotent = true): Promise<T> => {
    const client = await open(connection)
    const { origin } = new URL(serverOf(connection))
    const attempt = async (): Promise<T> => {
      try {
        return await request(client)
      } catch (cause) {
        throw new RequestFailure(toFailure(cause, origin, clock.now()), { cause })
      }
    }
    return requestWithRetry(attempt, { clock, isIdempotent, timeoutMs: requestTimeoutMs })
  }
  const askSelf = (request: ApiRequest): Promise<unknown> =>
    requestWithRetry((signal) => askServer(connection, request, { now: clock.now, signal }), {
      clock,
      timeoutMs: requestTimeoutMs,
    })
  const told = <T>(operation: string, asking: Promise<T>, isMutation?: boolean): Promise<T> =>
    resolveRequest({ provider: 'trigger.dev', operation, isMutation }, asking)
  const orNothing = <T>(operation: string, asking: Promise<T>, isMutation?: boolean): Promise<T | undefined> =>
    resolveOptionalRequest({ provider: 'trigger.dev', operation, isMutation }, asking)

  return {
    async trigger(taskId, payload, request) {
      const options = toOptions(request, connection.version)
      let tries = 0
      const { id, isCached } = await askApi(({ tasks }): PromiseLike<Answered> => {
        tries++
        return tasks.trigger(taskId, payload, options)
      }, request.idempotencyKey !== undefined)
      return { id, isCached: isCached === true, wasRetried: tries > 1 }
    },

    retrieve: (operation, runId) =>
      orNothing(
        operation,
        askApi(({ runs }) => runs.retrieve(runId) as PromiseLike<EngineRun>),
      ),

    async list(operation, { tag, taskIdentifier, queue, status, limit, after }) {
      const query = {
        from: new Date(1), // without it, those of the last seven days alone
        ...(tag !== undefined && { tag }),
        ...(taskIdentifier !== undefined && { taskIdentifier }),
        ...(queue !== undefined && { queue }),
        ...(status !== undefined && { status }),
        ...(limit !== undefined && { limit }),
        ...(after !== undefined && { after }),
      }
      const page = await told(
        operation,
        askApi(({ runs }) => runs.list(query)),
      )
      return { runs: page.data, next: page.pagination.next }
    },

    async cancel(runId) {
      await orNothing(
        `cancel the run ${runId}`,
        askApi(({ runs }) => runs.cancel(runId)),
        true,
      )
    },

    async addTags(runId, tags) {
      const request = { method: 'POST', path: `/api/v1/runs/${runId}/tags`, body: { tags } } as const
      await told(`set the tags of the run ${runId}`, askSelf(request), true)
    },

    async resetKey(taskIdentifier, key) {
      const path = `/api/v1/idempotencyKeys/${encodeURIComponent(key)}/reset`
      const request = { method: 'POST', path, body: { taskIdentifier } } as const
      await orNothing(`reset an idempotency key of ${taskIdentifier}`, askSelf(request), true)
    },

    queue: (type, name) =>
      orNothing(
        `read the queue ${name}`,
        askApi(({ queues }) => queues.retrieve({ type, name })),
      ),

    async setMetadata(runId, values) {
      const operations = Object.entries(values).map(([key, value]) => ({ type: 'set', key, value }))
      const request = { method: 'PUT', path: `/api/v1/runs/${runId}/metadata`, body: { operations } } as const
      await told(`write the metadata of the run ${runId}`, askSelf(request), true)
    },

    tokens: createWaitTokens((operation, request, isMutation) => orNothing(operation, askSelf(request), isMutation)),
  }
}

type Answered = Awaited<ReturnType<Sdk.TriggerClient['tasks']['trigger']>> & { readonly isCached?: boolean }
type TriggerOptions = Parameters<Sdk.TriggerClient['tasks']['trigger']>[2]

/**
 * A client of its own for each request: it is made of closures alone, and on some platforms the environment is known
 * only when a request comes. One client for all, as the SDK's `configure` has, would mix up several connections.
 */
async function open(connection: TriggerConnection): Promise<Sdk.TriggerClient> {
  const { apiKey, apiUrl, previewBranch } = connection
  const sdk = await load()
  return new sdk.TriggerClient({
    ...(apiKey !== undefined && { secretKey: apiKey }),
    ...(apiUrl !== undefined && { baseURL: apiUrl }),
    ...(previewBranch !== undefined && { previewBranch }),
    requestOptions: { retry: { maxAttempts: 1 } },
  })
}

/** Its import costs half a second, so it comes with the first request. */
async function load(): Promise<Pick<typeof Sdk, 'TriggerClient'>> {
  try {
    return await import('@trigger.dev/sdk')
  } catch (cause) {
    const problem = `its SDK cannot be loaded: ${toErrorInfo(cause).message}`
    const advice = 'install `@trigger.dev/sdk`, and keep it out of a bundle that cannot take it in'
    throw new RequestFailure(permanentFailure(problem, advice), { cause })
  }
}

function toOptions(request: TriggerRequest, version: string | undefined): TriggerOptions {
  const { tags, delay, concurrencyKey, idempotencyKey, idempotencyKeyTtlMs } = request
  const lockTo = request.version ?? version
  return {
    ttl: 0, // the configuration of the tasks may let runs expire, and a server for development does by itself
    ...(tags !== undefined && { tags: [...tags] }),
    ...(delay !== undefined && { delay }),
    ...(concurrencyKey !== undefined && { concurrencyKey }),
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    // One unit alone is understood, and anything else would be 30 days, without a word.
    ...(idempotencyKeyTtlMs !== undefined && { idempotencyKeyTTL: `${Math.ceil(idempotencyKeyTtlMs / 1000)}s` }),
    ...(lockTo !== undefined && { version: lockTo }),
  }
}
