import { processState } from '../process-state.ts'
import type { JobClient } from './job-client.ts'

/** The clients that the whole process shares. */
export interface SharedClients {
  /** The default client, once it is set or created. */
  client?: JobClient | undefined
  /** Open clients whose engine runs in this process, except clients that never have cron jobs. */
  readonly inProcessClients: Set<JobClient>
  /** The default client, if it was created because a cron job was defined and no call has used it yet. */
  autoStarted?: JobClient | undefined
  /** True once a client for all jobs of the process exists, on any engine. */
  hasClientForAllJobs?: boolean
  /** The definitions that clients have as their own `jobs`. */
  readonly jobsOfClients: WeakSet<object>
  /** True in a test, where cron jobs tick only on the test's own engines. */
  isCronAutoStartDisabled?: boolean
  /** Creates the default client on the chosen engine. Absent until an engine is registered. */
  createDefault?: () => JobClient
}

export function sharedClients(): SharedClients {
  return processState('clients', () => ({ inProcessClients: new Set(), jobsOfClients: new WeakSet() }))
}
