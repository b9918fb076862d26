import { isEnded, type JobState } from '@cgk-platform/jobs'

import type { Kind } from '../ledger-entry.ts'
import { type Finding, kindOfItem, type IndexedEvidence } from './indexed-evidence.ts'

const rule = 'every acknowledged job ends in its expected state'

const expectedStates: Readonly<Record<Kind, readonly JobState[]>> = {
  plain: ['completed'],
  limited: ['completed'],
  retried: ['completed'],
  exhausted: ['failed'],
  'non-retryable': ['failed'],
  delayed: ['completed'],
  keyed: ['completed'],
  cancelled: ['completed', 'cancelled'],
  'in a transaction': ['completed'],
  transacted: ['completed'],
  'transacted flow': ['completed'],
  flow: ['completed'],
  'compensated flow': ['failed'],
  // Fails if it could not be retried after its scripted failure.
  'cancelled flow': ['completed', 'cancelled', 'failed'],
  poison: ['failed'],
  cron: ['completed'],
  large: ['completed'],
  small: ['completed'],
  'in a lane': ['completed'],
  'of a paused tenant': ['completed'],
  'retried at once': ['completed'],
  newer: ['completed'],
}

/** Checks that no job is lost or stuck, and that each has its expected final state. */
export function checkJobsEnded(evidence: IndexedEvidence): Finding[] {
  const { sent, byId, jobs } = evidence
  const lost = [...sent.values()]
    .filter(({ job }) => !byId.has(job))
    .map(({ job, item }) => ({ rule, job, item, message: 'was acknowledged but is not in the store' }))
  const wrong = jobs.flatMap(({ id: job, state, event }) => {
    const item = evidence.itemOf.get(job)
    if (!isEnded(state)) return { rule, job, item, message: `is still \`${state}\`` }
    const kind = event.startsWith('cron/') ? 'cron' : (kindOfItem(evidence, item) ?? 'plain')
    if (expectedStates[kind].includes(state)) return []
    const expected = expectedStates[kind].join(' or ')
    return { rule, job, item, message: `is \`${state}\`; a job of kind "${kind}" must end as ${expected}` }
  })
  return [...lost, ...wrong]
}
