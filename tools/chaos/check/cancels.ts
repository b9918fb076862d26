import { isEnded, type JobState } from '@cgk-platform/jobs'

import { cancelledFlow } from '../cancelled-flow.ts'
import { type Finding, kindOfItem, type EntryOf, type IndexedEvidence } from './indexed-evidence.ts'

const rule = 'a cancelled job stays cancelled'
/** An attempt that was claimed before the cancel request can write its first entry later, in milliseconds. */
const slackMs = 1500

/**
 * Checks that a job keeps the state that its cancel request returned, that no attempt starts later, and that each
 * cancelled job had a request.
 */
export function checkCancels(evidence: IndexedEvidence): Finding[] {
  const { entries, jobs } = evidence
  const requested = new Set(entries.filter((entry) => entry.type === 'cancelling').map(({ job }) => job))
  const completed = entries.filter((entry): entry is EntryOf<'cancelled'> => entry.type === 'cancelled')
  const unrequested = jobs
    .filter(({ id, state }) => state === 'cancelled' && !requested.has(id))
    .map(({ id }) => ({ rule, job: id, message: 'was cancelled without a cancel request' }))
  return [...unrequested, ...completed.flatMap((request) => checkCancel(request, evidence))]
}

function checkCancel({ job, state, at }: EntryOf<'cancelled'>, evidence: IndexedEvidence): Finding[] {
  const item = evidence.itemOf.get(job)
  const now = evidence.byId.get(job)?.state
  const findings: Finding[] = []
  if (!isEnded(state as JobState) || now !== state) {
    findings.push({ rule, job, item, message: `was \`${state}\` after its cancel request, and is now \`${now}\`` })
  }
  const runs = evidence.byId.get(job)?.runs ?? []
  const late = runs
    .flatMap(({ id }) => evidence.byRun.get(id) ?? [])
    // A workflow that a cancel compensates is replayed for that.
    .find((entry) => entry.type === 'started' && entry.definition !== cancelledFlow && entry.at > at + slackMs)
  if (late && state === 'cancelled' && !evidence.faults.find(late.by, { from: at - slackMs, to: late.at })) {
    const message = `attempt ${late.attempt} started ${Math.round(late.at - at)} ms after the cancel request completed`
    findings.push({ rule, job, item, message })
  }
  const kind = kindOfItem(evidence, item)
  return kind === 'cancelled' || kind === 'cancelled flow'
    ? findings
    : [...findings, { rule, job, item, message: 'was cancelled, but is of a kind that is never cancelled' }]
}
