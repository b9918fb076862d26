import type { Definition, JobClient } from '@cgk-platform/jobs-core'
import { type Clock, createClient, systemClock } from '@cgk-platform/jobs-core/provider'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import { type LoopbackServerOptions, type OpenLoopback, openLoopback } from '@cgk-platform/trigger-loopback'
import { TriggerClient } from '@trigger.dev/sdk'

import { createTriggerProvider } from '../../src/trigger-provider.ts'

/** Options of `openSides`. */
export interface SidesOptions extends LoopbackServerOptions {
  readonly jobs?: readonly Definition[]
  /** The clock of this library's clients. */
  readonly clock?: Clock
}

/** A server with a client of the SDK and clients of this library. The test acts as the worker. */
export interface Sides extends OpenLoopback {
  /** The SDK's client with default settings, except for shorter pauses between retries. */
  readonly sdk: TriggerClient
  readonly library: JobClient
  /** A second client of this library, as in another process. */
  readonly another: JobClient
}

/** Opens a server, which is closed at the end of the test, and its clients. */
export async function openSides({ jobs = [], clock = systemClock, ...options }: SidesOptions = {}): Promise<Sides> {
  const loopback = await openLoopback(options)
  const { url: apiUrl, secretKey: apiKey } = loopback.server
  const requestOptions = { retry: { maxAttempts: 5, minTimeoutInMs: 1, maxTimeoutInMs: 1, factor: 1 } }
  const connect = (): JobClient =>
    createClient(
      { load: () => createTriggerProvider({ apiKey, apiUrl }, { clock }) },
      { jobs, clock, logger: createRecordedLogger() },
    )
  return {
    ...loopback,
    sdk: new TriggerClient({ baseURL: apiUrl, secretKey: apiKey, requestOptions }),
    library: connect(),
    another: connect(),
  }
}
