import { setTimeout as sleep } from 'node:timers/promises'

import { createJobClient, type Definition, type JobClient, type LoggerLike } from '@cgk-platform/jobs'
import { StoreError } from '@cgk-platform/jobs/errors'

import type { ChaosEngine } from './engines/chaos-engine.ts'
import type { Note } from './ledger-entry.ts'
import { leaseMs } from './plan.ts'
import { type InjectedBug, injectIntoSends } from './injected-bug.ts'

/** Options of a client of the store. */
export interface OpenOptions {
  readonly engine: ChaosEngine
  readonly address: string
  readonly role: 'send' | 'work'
  readonly note: (note: Note) => void
  readonly jobs?: readonly Definition[]
  readonly bug?: InjectedBug | undefined
}

/** Keeps every job, because the checks at the end read all of them. */
const retention = { count: 100_000_000, age: '10d' } as const

/** Opens a client of the store, and a counter of open jobs. Tries again while the store has a fault. */
export async function openClient({
  engine,
  address,
  role,
  note,
  jobs = [],
  bug,
}: OpenOptions): Promise<{ client: JobClient; openJobs: () => Promise<number> }> {
  for (;;) {
    try {
      const provider = engine.createProvider({ address, role, lease: leaseMs, retention, concurrency: 20 })
      const client = createJobClient({
        provider: injectIntoSends(provider, bug),
        jobs: [...jobs],
        logger: createErrorRecorder(note),
      })
      await client.healthCheck() // opens the store
      return { client, openJobs: async () => provider.engine!.openJobs }
    } catch (error) {
      if (!StoreError.isInstance(error) || !engine.passes(error)) throw error
      await sleep(100)
    }
  }
}

/** Log messages that report an internal error of the engine. */
const internalErrors = ['Could not write a change to a job.', 'Could not dispatch a cron tick.']

function createErrorRecorder(note: (note: Note) => void): LoggerLike {
  const quiet = (): void => undefined
  return {
    debug: quiet,
    info: quiet,
    warn: quiet,
    error(message, fields) {
      if (!internalErrors.includes(String(message))) return
      const { error } = (fields ?? {}) as { error?: unknown }
      note({
        type: 'internal error',
        message: `${String(message)} ${error instanceof Error ? error.stack : JSON.stringify(error)}`,
      })
    },
  }
}
