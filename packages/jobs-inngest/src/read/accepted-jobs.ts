import type { JobStatus } from '@cgk-platform/jobs-core'
import { BoundedMap, type Clock, type Envelope, jobStatusOf } from '@cgk-platform/jobs-core/provider'

/** Jobs that this client has sent and that the engine has not shown yet. */
export interface AcceptedJobs {
  /** Records that the engine accepted an envelope. */
  add(id: string, envelope: Envelope): void
  /** Returns the status of a job without runs, or `undefined` if this client did not send it or it was removed. */
  status(id: string): JobStatus | undefined
  /** Returns the time since the engine accepted a job, milliseconds. */
  ageMs(id: string): number
  /** Removes a job, because the engine shows it. */
  remove(id: string): void
}

const maxJobs = 10_000

/** Creates an empty record of accepted jobs. */
export function createAcceptedJobs(clock: Clock): AcceptedJobs {
  const jobs = new BoundedMap<string, Omit<Envelope, 'payload'> & { readonly acceptedAt: number }>(maxJobs)
  return {
    add(id, { payload: _, ...envelope }) {
      jobs.set(id, { ...envelope, acceptedAt: clock.now() })
    },
    status(id) {
      const job = jobs.get(id)
      if (!job) return undefined
      const isDue = job.runAt === undefined || job.runAt <= clock.now()
      return jobStatusOf({ ...job, id, state: isDue ? 'queued' : 'scheduled' }, [])
    },
    ageMs: (id) => clock.now() - (jobs.get(id)?.acceptedAt ?? clock.now()),
    remove: (id) => void jobs.delete(id),
  }
}
