import type { JobStatus, RunStatus } from '@cgk-platform/jobs'

import { type AttemptEntry, type Finding, kindOfItem, type IndexedEvidence } from './indexed-evidence.ts'
import type { Cause, Fault } from './faults.ts'

const rule = 'an attempt repeats only after a fault'

/** The time until another worker continued a run. */
interface Takeover {
  readonly durationMs: number
  readonly run: string
}

/** Repeated attempts that no script demands, with the faults that explain them. */
export interface Duplicates {
  readonly findings: readonly Finding[]
  readonly explained: ReadonlyMap<Cause, number>
  /** The longest times from a kill, and from the start of a pause, to the next attempt. */
  readonly longest: { readonly killed: Takeover; readonly paused: Takeover }
}

/** Checks that a fault explains each repeated attempt that the script does not demand. */
export function checkAttempts(evidence: IndexedEvidence): Duplicates {
  const findings: Finding[] = []
  const explained = new Map<Cause, number>()
  const none: Takeover = { durationMs: 0, run: 'none' }
  const longest = { killed: none, paused: none }
  for (const job of evidence.jobs) {
    for (const run of job.runs) {
      const entries = evidence.byRun.get(run.id) ?? []
      findings.push(...startedTwice(run, job.id, entries))
      for (let attempt = 1; attempt < run.attempts; attempt++) {
        if (isDemanded(evidence, entries, attempt)) continue
        const fault = faultOf(evidence, job, entries, attempt)
        if (!fault) {
          const message = `attempt ${attempt} of ${run.attempts} of run ${run.id} was repeated without a fault`
          findings.push({ rule, job: job.id, item: evidence.itemOf.get(job.id), message })
          continue
        }
        explained.set(fault.cause, (explained.get(fault.cause) ?? 0) + 1)
        const next = firstOf(entries, attempt + 1)
        if (!next || fault.process === undefined) continue
        const takeover = { durationMs: next.at - fault.from, run: run.id }
        const which = fault.cause === 'its worker was killed' ? 'killed' : 'paused'
        if (takeover.durationMs > longest[which].durationMs) longest[which] = takeover
      }
    }
  }
  return { findings, explained, longest }
}

/** Finds attempts with two handler calls. A workflow can resume in the same attempt, so it is exempt. */
function startedTwice({ id, definitionId }: RunStatus, job: string, entries: readonly AttemptEntry[]): Finding[] {
  if (definitionId === 'flow') return []
  const started = entries.filter(({ type }) => type === 'started').map(({ attempt }) => attempt)
  const repeated = started.filter((attempt, index) => started.indexOf(attempt) < index)
  return [...new Set(repeated)].map((attempt) => ({
    rule,
    job,
    message: `attempt ${attempt} of run ${id} started twice`,
  }))
}

/** Returns true if the attempt failed as scripted, which requires another attempt. */
function isDemanded(evidence: IndexedEvidence, entries: readonly AttemptEntry[], attempt: number): boolean {
  const kind = kindOfItem(evidence, entries[0]?.item)
  if (kind !== 'retried' && kind !== 'exhausted') return false
  return entries.some((entry) => entry.attempt === attempt && entry.type === 'ended' && entry.how === 'threw')
}

function faultOf(
  { faults, wallAheadMs }: IndexedEvidence,
  { createdAt }: JobStatus,
  entries: readonly AttemptEntry[],
  attempt: number,
): Fault | undefined {
  const its = entries.filter((entry) => entry.attempt === attempt)
  const nextAt = firstOf(entries, attempt + 1)?.at ?? Number.POSITIVE_INFINITY
  const from = firstOf(entries, attempt - 1)?.at ?? createdAt.getTime() - wallAheadMs
  // A paused worker can write the entry of its attempt late.
  const span = { from, to: Math.max(nextAt, its[0]?.at ?? 0) }
  // If several processes continued a workflow, the last one left it.
  for (const process of new Set(its.map(({ by }) => by).toReversed())) {
    const fault = faults.find(process, span)
    if (fault) return fault
  }
  const left = { from: its.at(-1)?.at ?? from, to: nextAt }
  return faults.findKill(left) ?? (its.length === 0 ? faults.findPause(left) : undefined)
}

function firstOf(entries: readonly AttemptEntry[], attempt: number): AttemptEntry | undefined {
  return entries.find((entry) => entry.attempt === attempt)
}
