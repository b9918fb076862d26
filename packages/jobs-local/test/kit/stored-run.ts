import type { Envelope } from '@cgk-platform/jobs-core/provider'

import type { StoredJob, StoredRun } from '../../src/store/job-store.ts'

let sequence = 0

/** An envelope as a client would make it. */
export function createEnvelope(members: Partial<Envelope> = {}): Envelope {
  const tenantId = members.tenantId ?? 'acme'
  return {
    v: 1,
    id: `job-${String(++sequence).padStart(8, '0')}`,
    event: 'work.asked',
    tenantId,
    payload: { tenantId },
    sentAt: 0,
    ...members,
  }
}

/** A job without runs, as a store keeps it. */
export function createStoredJob(members: Partial<Envelope> = {}): StoredJob {
  return { envelope: createEnvelope(members), state: 'queued', runs: [] }
}

/** A run that waits for its turn. */
export function createStoredRun(definitionId: string, tenantId: string): StoredRun {
  const job = createStoredJob({ tenantId })
  const run: StoredRun = { id: `${job.envelope.id}-1`, job, definitionId, maxAttempts: 3, state: 'queued', attempts: 0 }
  job.runs.push(run)
  return run
}
