import { ambient } from '../ambient.ts'
import type { JobClient } from './job-client.ts'

/** The clients that the whole process shares. */
export interface SharedClients {
  /** The default client, once set or made. */
  client?: JobClient | undefined
  /** Open clients that run jobs in this process, but for those that have no cron jobs and never will. */
  readonly here: Set<JobClient>
  /** The default client, where a cron job brought it to life rather than a call. */
  woken?: JobClient | undefined
  /** True once a client was made for all jobs of the process, on whatever engine. */
  served?: boolean
  /** The definitions that clients were given as jobs of their own. */
  readonly listed: WeakSet<object>
  /** True in a test, where cron jobs tick on the test's own engines alone. */
  cronAsleep?: boolean
  /** Makes the default client on the engine that is chosen. Absent until an engine is registered. */
  createDefault?: () => JobClient
}

export function sharedClients(): SharedClients {
  return ambient('clients', () => ({ here: new Set(), listed: new WeakSet() }))
}
