import { setTimeout as sleep } from 'node:timers/promises'

import { type JobClient, StoreError } from '@cgk-platform/jobs'

import type { Note } from './ledger-entry.ts'

const limited = { definitionId: 'limited' }

/** Pauses the limited jobs, and resumes them after `wait`. Tries again while the disk is full. */
export async function pauseLimitedJobs(
  client: JobClient,
  note: (note: Note) => void,
  wait: () => Promise<void>,
): Promise<void> {
  await untilWritten(() => client.pauseJobs(limited))
  const from = Date.now()
  await wait()
  const until = Date.now()
  await untilWritten(() => client.resumeJobs(limited))
  note({ type: 'limited jobs were paused', from, until })
}

async function untilWritten(change: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await change()
    } catch (error) {
      if (!StoreError.isInstance(error)) throw error
      await sleep(100)
    }
  }
}
