import type { JobClient } from './client/job-client.ts'
import type { RegisteredEvent } from './events/event-registry.ts'
import type { JobRegistry } from './jobs/job-registry.ts'

/**
 * What the process shares: declared events, definitions that registered themselves, and the default client.
 * It hangs on `globalThis`, since bundlers and hot reload evaluate modules more than once in one process.
 */
export interface Ambient {
  readonly events: Map<string, RegisteredEvent>
  jobs?: JobRegistry
  /** The default client, once set or made. */
  client?: JobClient | undefined
  /** The first open client that runs the ambient jobs in this process. */
  hereClient?: JobClient | undefined
  defaultClient?: DefaultClient
}

/** How the default client is made; given by the first face of the library that is imported. */
export interface DefaultClient {
  create(): JobClient
  /** Whether it would run jobs in this process, so that the first cron job brings it to life. */
  runsHere(): boolean
}

const key = Symbol.for('@cgk-platform/jobs.ambient.v1')

export function ambient(): Ambient {
  const holder = globalThis as { [key]?: Ambient }
  return (holder[key] ??= { events: new Map() })
}
