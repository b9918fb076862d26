import type { Definition, JobClient } from '@cgk-platform/jobs-core'
import { type Clock, createClient } from '@cgk-platform/jobs-core/provider'
import {
  createLoopbackEngine,
  createScaledClock,
  type LoopbackEngine,
  quietLogger,
} from '@cgk-platform/inngest-loopback'
import { createRecordedLogger, type RecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import { Inngest } from 'inngest'
import { onTestFinished } from 'vitest'

import { createInngestProvider } from '../../src/inngest-provider.ts'
import { eventKey, signingKey } from './secrets.ts'

/** A client that can become a worker, and its engine. The end of the test closes both. */
export interface OpenWorkerClient {
  readonly client: JobClient
  readonly engine: LoopbackEngine
  /** The clock of engine and client. */
  readonly clock: Clock
  readonly logger: RecordedLogger
  /** Opens another client of the same app, as in another process. */
  openClient(jobs?: readonly Definition[]): JobClient
  /** Waits, by the engine's clock. */
  pause(ms: number): Promise<void>
  /** Waits until a condition holds. */
  until(holds: () => boolean | Promise<boolean>): Promise<void>
  /** Returns the number of times a worker has requested where to connect. */
  starts(): number
}

/**
 * Opens an engine with keys, as in the cloud, and a client that knows these jobs, or all defined jobs, and runs none
 * yet.
 */
export async function openWorkerClient(
  jobs: readonly Definition[] | undefined,
  settings: { readonly factor?: number; readonly signingKey?: string; readonly concurrency?: number } = {},
): Promise<OpenWorkerClient> {
  // The SDK needs system time to connect. A faster clock would leave too little of it on a busy machine.
  const clock = createScaledClock(settings.factor ?? 5)
  const logger = createRecordedLogger()
  const engine = await createLoopbackEngine({ clock, eventKey, signingKey, retryDelayMs: () => 20_000 })
  onTestFinished(() => engine.close())
  const openClient = (own = jobs): JobClient => {
    const { concurrency } = settings
    const keys = { eventKey, signingKey: settings.signingKey ?? signingKey }
    const inngest = new Inngest({ id: 'jobs', baseUrl: engine.url, isDev: false, logger: quietLogger, ...keys })
    const load = () => createInngestProvider({ client: inngest, ...(concurrency && { concurrency }) }, { clock })
    const client = createClient({ load }, { jobs: own, logger, clock })
    onTestFinished(() => client.close({ timeout: 0 }))
    return client
  }
  const pause = (ms: number) => new Promise<void>((resolve) => void clock.setTimer(ms, resolve))
  return {
    client: openClient(),
    engine,
    clock,
    logger,
    openClient,
    pause,
    async until(holds) {
      while (!(await holds())) await pause(50)
    },
    starts: () => engine.requests.filter(({ path }) => path === '/v0/connect/start').length,
  }
}
