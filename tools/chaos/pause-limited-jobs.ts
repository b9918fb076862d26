import type { JobClient } from '@cgk-platform/jobs'

import type { Note } from './ledger-entry.ts'
import { untilWritten } from './until-written.ts'

const limited = { definitionId: 'limited' }

/** The last pause. A resume would end another one that a fault of the store has delayed. */
let before: Promise<unknown> = Promise.resolve()

/** Pauses the limited jobs, and resumes them after `wait`. One pause follows the other. */
export function pauseLimitedJobs(
  client: JobClient,
  note: (note: Note) => void,
  wait: () => Promise<void>,
): Promise<void> {
  const paused = before.then(() => pause(client, note, wait))
  before = paused.catch(() => undefined)
  return paused
}

async function pause(client: JobClient, note: (note: Note) => void, wait: () => Promise<void>): Promise<void> {
  await untilWritten(() => client.pauseJobs(limited))
  const from = Date.now()
  await wait()
  const until = Date.now()
  await untilWritten(() => client.resumeJobs(limited))
  note({ type: 'limited jobs were paused', from, until })
}
