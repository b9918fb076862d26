import type { Envelope } from '@cgk-platform/jobs-core/provider'

import type { StoredJob, StoredRun } from '../../src/records/stored-run.ts'

let sequence = 0

/** Creates an envelope like those of a client. */
export function createEnvelope(members: Partial<Envelope> = {}): Envelope {
  const tenantId = members.tenantId ?? 'acme'
  return {
    v: 1,
    id: `job-${String(++sequence).padStart(8, '0')}`,
    event: 'work.requested',
    tenantId,
    payload: { tenantId },
    sentAt: 0,
    ...members,
  }
}

/** Creates a stored job without runs. */
export function createStoredJob(members: Partial<Envelope> = {}): StoredJob {
  return { envelope: createEnvelope(members), state: 'queued', runs: [] }
}

/** Creates a run that waits for a slot. */
export function createStoredRun(definitionId: string, tenantId: string): StoredRun {
  const job = createStoredJob({ tenantId })
  const run: StoredRun = { id: `${job.envelope.id}-1`, job, definitionId, maxAttempts: 3, state: 'queued', attempts: 0 }
  job.runs.push(run)
  return run
}
