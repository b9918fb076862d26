import type { InngestFunction } from 'inngest'
import { connect, type WorkerConnection } from 'inngest/connect'
import { onTestFinished } from 'vitest'
import { type AppParts, openLoopback, type OpenLoopback } from './open-loopback.ts'

type LoopbackSettings = NonNullable<Parameters<typeof openLoopback>[1]>

/** An engine with a worker on it; the end of the test closes both. */
export interface OpenWorker extends OpenLoopback {
  /** Another worker of the same app. */
  connectWorker(): Promise<WorkerConnection>
  readonly worker: WorkerConnection
  /** The worker acknowledges a request before its handler begins; the engine has read that by then. */
  acknowledged(): Promise<void>
  /** How often a function was asked for over connections. */
  calls(id: string): number
}

/** Starts an engine, and connects the real SDK to it as a worker. */
export async function openWorker(
  createFunctions: (parts: AppParts) => InngestFunction.Any[],
  { maxWorkerConcurrency, ...settings }: LoopbackSettings & { maxWorkerConcurrency?: number } = {},
): Promise<OpenWorker> {
  const open = await openLoopback(() => [], settings)
  const { client, engine } = open
  const connectWorker = async (): Promise<WorkerConnection> => {
    const functions = createFunctions(open)
    const limit = maxWorkerConcurrency === undefined ? {} : { maxWorkerConcurrency }
    const worker = await connect({ apps: [{ client, functions }], handleShutdownSignals: [], ...limit })
    onTestFinished(() => worker.close())
    return worker
  }
  return {
    ...open,
    connectWorker,
    worker: await connectWorker(),
    async acknowledged() {
      await open.get('/v2/health')
    },
    calls: (id) =>
      engine.requests.filter(({ direction, path }) => direction === 'out' && path === `/?fnId=app-${id}&stepId=step`)
        .length,
  }
}
