import type { JobStatus } from '@cgk-platform/jobs-core'
import { type Clock, type Envelope, jobStatusOf } from '@cgk-platform/jobs-core/provider'
import { BoundedMap } from '@cgk-platform/jobs-core/hosted'

/** Jobs that this client has sent and that the engine has not shown yet. */
export interface AcceptedJobs {
  /** Records that the engine accepted an envelope. */
  add(id: string, envelope: Envelope): void
  /** Returns the status of a job without runs, or `undefined` if it is none of the last 10,000. */
  status(id: string): JobStatus | undefined
  /** Returns the time since the engine accepted a job, milliseconds. `undefined` if it is none of the last 100,000. */
  ageMs(id: string): number | undefined
  /** Removes a job, because the engine shows it. */
  remove(id: string): void
}

const maxJobs = 10_000
const maxIds = 100_000

/** Creates an empty record of accepted jobs. */
export function createAcceptedJobs(clock: Clock): AcceptedJobs {
  const jobs = new BoundedMap<string, Omit<Envelope, 'payload'>>(maxJobs)
  const acceptedAt = new BoundedMap<string, number>(maxIds)
  return {
    add(id, { payload: _, ...envelope }) {
      jobs.set(id, envelope)
      acceptedAt.set(id, clock.now())
    },
    status(id) {
      const job = jobs.get(id)
      if (!job) return undefined
      const isDue = job.runAt === undefined || job.runAt <= clock.now()
      return jobStatusOf({ ...job, id, state: isDue ? 'queued' : 'scheduled' }, [])
    },
    ageMs(id) {
      const at = acceptedAt.get(id)
      return at === undefined ? undefined : clock.now() - at
    },
    remove(id) {
      jobs.delete(id)
      acceptedAt.delete(id)
    },
  }
}
