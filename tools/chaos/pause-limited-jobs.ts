import type { JobClient } from '@cgk-platform/jobs'

import type { Note } from './ledger-entry.ts'
import { untilWritten } from './until-written.ts'

const limited = { definitionId: 'limited' }

/** Pauses the limited jobs, and resumes them after `wait`. Tries again while the store has a fault. */
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
