import { InvalidOptionError, RequestFailedError, ShutdownError } from '@cgk-platform/jobs-core/errors'
import { bindLogger, type Clock, environment, type JobHost, awaitAtMost } from '@cgk-platform/jobs-core/provider'
import type { Inngest } from 'inngest'

import type { EngineApi } from '../api/engine-api.ts'
import type { PostEvents } from '../send/post-events.ts'
import { toInngestFunctions } from './to-inngest-functions.ts'

/** A process that receives runs from Inngest over its own connection. */
export interface Worker {
  /**
   * Stops taking work, waits up to `timeoutMs` for running attempts, then aborts them. Another call can only shorten
   * the time.
   */
  close(timeoutMs: number): Promise<void>
}

/** The services that a worker needs. */
export interface WorkerDependencies {
  readonly client: Inngest.Any
  readonly concurrency?: number | undefined
  readonly api: EngineApi
  readonly postEvents: PostEvents
  readonly host: JobHost
  readonly clock: Clock
}

const connectTimeoutMs = 60_000

/** Returns `undefined` if the SDK's variable sets it. */
function defaultConcurrency(): number | undefined {
  return environment()['INNGEST_CONNECT_MAX_WORKER_CONCURRENCY'] ? undefined : 100
}

/**
 * Connects this process to Inngest, which then sends it the runs of all jobs that are defined at this time.
 *
 * @throws {InvalidOptionError} if the platform has no WebSocket, such as Node before 22.
 * @throws {RequestFailedError} if Inngest is unavailable or rejects the key.
 */
export async function startWorker(dependencies: WorkerDependencies): Promise<Worker> {
  if (typeof WebSocket === 'undefined') {
    throw new InvalidOptionError({
      option: 'client.start()',
      problem: 'needs a WebSocket, and this platform has none',
      remedy: 'Use Node 22 or later, or serve the jobs over HTTP with `createInngestFunctions`.',
    })
  }
  const { client, api, postEvents, host, clock } = dependencies
  const closing = new AbortController()
  const functions = toInngestFunctions({ ...host, clock, inngest: client, api, postEvents, closing: closing.signal })
  // Without this check, the SDK would retry forever and not report the reason.
  await api.get('check whether this process can be a worker', '/v2/health')
  const connection = await connectTo(dependencies, functions)
  const stopWarning = warnOfLateJobs(host)

  let closed: Promise<void> | undefined
  return {
    async close(timeoutMs) {
      stopWarning()
      const timer = clock.setTimer(timeoutMs, () => closing.abort(new ShutdownError()))
      closed ??= connection.close()
      await closed.finally(() => timer.cancel())
    },
  }
}

async function connectTo(
  { client, clock, concurrency = defaultConcurrency() }: WorkerDependencies,
  functions: ReturnType<typeof toInngestFunctions>,
): Promise<{ close(): Promise<void> }> {
  // Imported lazily: a process that only sends does not need it. Bundlers must ignore it, because it imports `tsx`, and
  // the build of a Next.js app fails if `tsx` is not installed.
  const { connect } = await import(/* webpackIgnore: true */ /* turbopackIgnore: true */ 'inngest/connect')
  const { hostname } = await import(/* webpackIgnore: true */ /* turbopackIgnore: true */ 'node:os')
  const connecting = connect({
    apps: [{ client, functions }],
    handleShutdownSignals: [],
    // Inngest counts running attempts by this id. The SDK's is the host's name, which several workers can share.
    instanceId: `${hostname()}-${crypto.randomUUID()}`,
    ...(concurrency !== undefined && { maxWorkerConcurrency: concurrency }),
  })
  const connection = await awaitAtMost(clock, connectTimeoutMs, connecting)
  if (connection) return connection
  connecting.then((late) => late.close()).catch(() => undefined)
  throw new RequestFailedError({
    provider: 'inngest',
    operation: 'connect a worker',
    problem: `no connection within ${connectTimeoutMs / 1000} s`,
    remedy:
      "Check that Inngest's gateway is reachable and that your plan allows another worker. The SDK logs the reason.",
  })
}

/**
 * Warns of jobs defined after the start of the worker: Inngest does not know them. Returns a function that stops this.
 */
function warnOfLateJobs({ jobs, logger }: JobHost): () => void {
  const known = new Set(jobs.all().map(({ id }) => id))
  return jobs.onChange(() => {
    for (const { id } of jobs.all().filter((one) => !known.has(one.id))) {
      known.add(id)
      const message =
        'A job was defined after `client.start()`, so this worker does not run it. Define it before the start.'
      bindLogger(logger, {}).warn(message, { definitionId: id })
    }
  })
}
