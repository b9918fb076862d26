import { InvalidOptionError, RequestFailedError, ShutdownError } from '@cgk-platform/jobs-core'
import { bindLogger, type Clock, type JobHost, awaitAtMost } from '@cgk-platform/jobs-core/provider'
import type { Inngest } from 'inngest'

import type { EngineApi } from '../api/engine-api.ts'
import { inngestLimits } from './host-dependencies.ts'
import { toInngestFunctions } from './to-inngest-functions.ts'

/** A process that Inngest sends work to over a connection of its own. */
export interface Worker {
  /** Takes no more work, lets attempts end for `timeoutMs`, then aborts them. Called again meanwhile, it has less time. */
  close(timeoutMs: number): Promise<void>
}

/** What a worker is made with. */
export interface WorkerDependencies {
  readonly client: Inngest.Any
  readonly api: EngineApi
  readonly host: JobHost
  readonly clock: Clock
}

const connectWithinMs = 60_000

/**
 * Connects this process to Inngest, which then sends it the runs of its jobs: those that are known now.
 *
 * @throws {InvalidOptionError} where the platform has no WebSocket, as Node before 22.
 * @throws {RequestFailedError} where Inngest is away or does not take the key.
 */
export async function startWorker(parts: WorkerDependencies): Promise<Worker> {
  const { client, api, host, clock } = parts
  if (typeof WebSocket === 'undefined') {
    throw new InvalidOptionError({
      option: 'client.start()',
      problem: 'needs a WebSocket, and this platform has none',
      remedy: 'Run Node 22 or later, or serve the jobs over HTTP with `createInngestFunctions`.',
    })
  }
  const { jobs, ...given } = host
  const closing = new AbortController()
  const tools = { ...given, clock, random: Math.random, limits: inngestLimits }
  const made = { ...tools, inngest: client, api, definitions: jobs.all(), closing: closing.signal }
  const functions = toInngestFunctions(made)
  // The SDK would try for ever, and would not say why.
  await api.get('check whether this process can be a worker', '/v2/health')
  const connection = await connectTo(client, functions, clock)
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
  client: Inngest.Any,
  functions: ReturnType<typeof toInngestFunctions>,
  clock: Clock,
): Promise<{ close(): Promise<void> }> {
  // Loaded where it is used: a process that only sends needs none of it. Bundlers leave it alone, since it asks for `tsx`
  // where none is installed, over which the build of a Next.js app would fail.
  const { connect } = await import(/* webpackIgnore: true */ /* turbopackIgnore: true */ 'inngest/connect')
  const connecting = connect({ apps: [{ client, functions }], handleShutdownSignals: [] })
  const connection = await awaitAtMost(clock, connectWithinMs, connecting)
  if (connection) return connection
  connecting.then((late) => late.close()).catch(() => undefined)
  throw new RequestFailedError({
    provider: 'inngest',
    operation: 'connect a worker',
    problem: `there was no connection within ${connectWithinMs / 1000} s`,
    remedy:
      'Look whether its gateway is reachable from here and its plan allows another worker; the SDK logs what failed.',
  })
}

/** Inngest knows the jobs that the worker came with, and no others. */
function warnOfLateJobs({ jobs, logger }: JobHost): () => void {
  const known = new Set(jobs.all().map(({ id }) => id))
  return jobs.onChange(() => {
    for (const { id } of jobs.all().filter((one) => !known.has(one.id))) {
      known.add(id)
      const message = 'A job was defined after `client.start()`; this worker does not run it. Define it before.'
      bindLogger(logger, {}).warn(message, { definition: id })
    }
  })
}
