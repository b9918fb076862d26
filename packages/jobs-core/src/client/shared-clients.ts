import { type SharedSenders, sharedSenders } from '../ambient/shared-senders.ts'
import type { JobClient } from './job-client.ts'

/** Returns the clients that the whole process shares. */
export function sharedClients(): SharedSenders<JobClient> {
  return sharedSenders() as SharedSenders<JobClient> // only this folder puts clients there
}
