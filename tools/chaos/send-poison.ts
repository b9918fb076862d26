import type { JobClient } from '@cgk-platform/jobs'
import { JobsError } from '@cgk-platform/jobs/errors'

import './events.ts'
import type { Note } from './ledger-entry.ts'
import type { Poison } from './plan.ts'

/** Sends a job that ends its worker in every attempt. */
export async function sendPoison(
  client: JobClient,
  note: (note: Note) => void,
  { job, by: poison, workMs }: Poison,
  item: string,
): Promise<void> {
  const tenantId = 'ada'
  const script = { tenantId, item, kind: 'poison', workMs, failures: 0, poison } as const
  note({ type: 'sending', item, kind: 'poison', tenant: tenantId })
  try {
    const event = job === 'flow' ? 'chaos.flow' : 'chaos.work'
    const { id, deduplicated } = await client.sendJob(event, script, { maxAttempts: 3 })
    note({ type: 'sent', item, job: id, deduplicated })
  } catch (error) {
    if (!JobsError.isInstance(error)) throw error
    note({ type: 'send failed', item, error: String(error) })
  }
}
