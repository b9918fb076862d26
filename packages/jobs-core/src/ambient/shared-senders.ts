import { processState } from '../runtime/process-state.ts'
import type { JobSender } from '../sends/job-sender.ts'

/** The clients that the whole process shares. Code that only sends does not know more of them than `JobSender`. */
export interface SharedSenders<Client extends JobSender = JobSender> {
  /** The default client, once it is set or created. */
  client?: Client | undefined
  /** Open clients whose engine runs in this process, except clients that never have cron jobs. */
  readonly inProcessClients: Set<Client>
  /** The default client, if it was created because a cron job was defined and no call has used it yet. */
  autoStarted?: Client | undefined
  /** True once a client for all jobs of the process exists, on any engine. */
  hasClientForAllJobs?: boolean
  /** The definitions that clients have as their own `jobs`. */
  readonly jobsOfClients: WeakSet<object>
  /** True in a test, where cron jobs tick only on the test's own engines. */
  isCronAutoStartDisabled?: boolean
  /** Creates the default client on the chosen engine. Absent until an engine is registered. */
  createDefault?: () => Client
}

/** Returns the clients that the whole process shares. */
export function sharedSenders(): SharedSenders {
  return processState('clients', () => ({ inProcessClients: new Set(), jobsOfClients: new WeakSet() }))
}
