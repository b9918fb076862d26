import type { EngineApi } from '../../src/api/engine-api.ts'
import { type AcceptedJobs, createAcceptedJobs } from '../../src/read/accepted-jobs.ts'
import { createEventHandlers, type EventHandlers } from '../../src/read/event-handlers.ts'
import { createJobReader, type JobReader } from '../../src/read/job-reader.ts'
import type { RegisteredFunction, Subscriptions } from '../../src/read/subscriptions.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** Options of a reader. */
export interface ReaderOptions {
  readonly of: Subscriptions['of']
  readonly appId?: string
  /** The functions of this process's definitions. Default: none. */
  readonly defined?: readonly RegisteredFunction[]
  readonly deletesRuns?: boolean
}

/** A reader of the jobs of a server whose functions a test defines. */
export interface OpenReader {
  readonly api: EngineApi
  readonly clock: VirtualClock
  readonly subscriptions: Subscriptions
  readonly handlers: EventHandlers
  readonly accepted: AcceptedJobs
  readonly reader: JobReader
  readonly appId: string
}

export function openReader(
  { api, clock }: Pick<OpenReader, 'api' | 'clock'>,
  { of, appId = 'shop', defined = [], deletesRuns = false }: ReaderOptions,
): OpenReader {
  const subscriptions: Subscriptions = { all: async () => [], allIfKnown: async () => [], of }
  const handlers = createEventHandlers({
    ...{ api, clock, subscriptions, defined: () => defined, deletesRuns: () => deletesRuns },
  })
  const accepted = createAcceptedJobs(clock)
  const reader = createJobReader({ api, clock, handlers, accepted, appId })
  return { api, clock, subscriptions, handlers, accepted, reader, appId }
}
