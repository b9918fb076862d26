import type { Definition, JobClient } from '@cgk-platform/jobs-core'
import { type Clock, createClient, systemClock } from '@cgk-platform/jobs-core/provider'
import { TriggerClient } from '@trigger.dev/sdk'

import { createTriggerProvider } from '../../src/trigger-provider.ts'
import type { LoopbackServerOptions } from '../loopback/index.ts'
import { type OpenLoopback, openLoopback } from '../loopback/open-loopback.ts'
import { createRecordedLogger } from './recorded-logger.ts'
import './work.ts'

/** How the two sides are opened. */
export interface SidesSetting extends LoopbackServerOptions {
  readonly jobs?: readonly Definition[]
  /** Of our client. */
  readonly clock?: Clock
}

/** One server, asked in two ways; a test speaks with it as the worker does. */
export interface Sides extends OpenLoopback {
  /** The SDK as its users have it, but for shorter pauses between its tries. */
  readonly raw: TriggerClient
  readonly ours: JobClient
  /** As in another process. */
  readonly another: JobClient
}

/** Opens a server that the end of the test closes, with the SDK and a client of ours on it. */
export async function openSides({ jobs = [], clock = systemClock, ...options }: SidesSetting = {}): Promise<Sides> {
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
    raw: new TriggerClient({ baseURL: apiUrl, secretKey: apiKey, requestOptions }),
    ours: connect(),
    another: connect(),
  }
}
