import { setTimeout as pass } from 'node:timers/promises'

import { createJobClient, type Definition, type JobClient, type LoggerLike, StoreError } from '@cgk-platform/jobs'
import { createLocalProvider } from '@cgk-platform/jobs/local'

import type { Note } from './line.ts'
import { leaseMs } from './plan.ts'
import { acknowledgeEarly, type Plant } from './plant.ts'

/** How a process uses the jobs' file. */
export interface OpenOptions {
  readonly path: string
  readonly role: 'send' | 'work'
  readonly note: (note: Note) => void
  readonly jobs?: readonly Definition[]
  readonly plant?: Plant | undefined
}

/** All of a run is kept, since all of it is checked in the end. */
const retention = { count: 100_000_000, age: '10d' } as const

/** A client on the jobs' file and a way to count what is open; where the disk is full it is tried until it is not. */
export async function openClient({
  path,
  role,
  note,
  jobs = [],
  plant,
}: OpenOptions): Promise<{ client: JobClient; openJobs: () => number }> {
  for (;;) {
    try {
      const provider = createLocalProvider({ path, role, lease: leaseMs, retention, concurrency: 20 })
      const used = plant === 'early-ack' ? acknowledgeEarly(provider) : provider
      const client = createJobClient({ provider: used, jobs: [...jobs], logger: complainTo(note) })
      await client.healthCheck() // it opens the file
      return { client, openJobs: () => provider.engine!.openJobs }
    } catch (error) {
      if (!StoreError.isInstance(error) || error.problem !== 'full') throw error
      await pass(100)
    }
  }
}

/** What the library would never say where all is well. */
const complaints = ['Could not write a change of a job.', 'A cron tick could not be dispatched.']

function complainTo(note: (note: Note) => void): LoggerLike {
  const quiet = (): void => undefined
  return {
    debug: quiet,
    info: quiet,
    warn: quiet,
    error(message, fields) {
      if (!complaints.includes(String(message))) return
      const { error } = (fields ?? {}) as { error?: unknown }
      note({
        what: 'complaint',
        says: `${String(message)} ${error instanceof Error ? error.stack : JSON.stringify(error)}`,
      })
    },
  }
}
