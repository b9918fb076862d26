import type { JobStatus, RunStatus } from '@cgk-platform/jobs'

import { isWorkflow } from '../definitions.ts'
import type { Kind } from '../ledger-entry.ts'
import { type AttemptEntry, type Finding, kindOfItem, type IndexedEvidence } from './indexed-evidence.ts'
import { type Cause, type Fault, type Faults, isDeath } from './faults.ts'

const rule = 'an attempt repeats only after a fault'
const chargeRule = 'a crash counts only for a run that was alone'

/** The kinds of jobs with scripted failures that are retried. */
const failing: readonly Kind[] = ['retried', 'exhausted', 'retried at once', 'cancelled flow']

/** The kinds of jobs whose attempts also fail because they lose the connection of their transaction. */
const losing: readonly Kind[] = ['transacted', 'transacted flow']

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
      findings.push(...startedTwice(run, job.id, entries, evidence.faults))
      for (let attempt = 1; attempt < run.attempts; attempt++) {
        if (isDemanded(evidence, entries, attempt)) continue
        const fault = faultOf(evidence, job, entries, attempt)
        if (!fault) {
          const message = `attempt ${attempt} of ${run.attempts} of run ${run.id} was repeated without a fault`
          findings.push({ rule, job: job.id, item: evidence.itemOf.get(job.id), message })
          continue
        }
        const neighbor = neighborOf(evidence, entries, attempt, fault)
        if (neighbor) {
          const message = `attempt ${attempt} of run ${run.id} counted, but run ${neighbor.run} ran in ${fault.process} too`
          findings.push({ rule: chargeRule, job: job.id, item: evidence.itemOf.get(job.id), message })
        }
        explained.set(fault.cause, (explained.get(fault.cause) ?? 0) + 1)
        const next = firstOf(entries, attempt + 1)
        if (!next || fault.process === undefined) continue
        const takeover = { durationMs: next.at - fault.from, run: run.id }
        const which = isDeath(fault.cause) ? 'killed' : 'paused'
        if (takeover.durationMs > longest[which].durationMs) longest[which] = takeover
      }
    }
  }
  return { findings, explained, longest }
}

/**
 * Finds attempts with two handler calls. Only an attempt that was interrupted by a fault, and so did not count, begins
 * again. A workflow can resume in the same attempt, so it is exempt.
 */
function startedTwice(
  { id, definitionId }: RunStatus,
  job: string,
  entries: readonly AttemptEntry[],
  faults: Faults,
): Finding[] {
  if (isWorkflow(definitionId)) return []
  const started = entries.filter(({ type }) => type === 'started')
  const repeated = started.filter((entry, index) => {
    const before = started.slice(0, index).findLast(({ attempt }) => attempt === entry.attempt)
    if (!before) return false
    const span = { from: before.at, to: entry.at }
    // A paused worker can write the entry of its attempt after that of the next one.
    return !faults.find(before.by, span) && !faults.find(entry.by, span)
  })
  return [...new Set(repeated.map(({ attempt }) => attempt))].map((attempt) => ({
    rule,
    job,
    message: `attempt ${attempt} of run ${id} started twice without a fault`,
  }))
}

/**
 * Returns a run that was in the same process when it died, although the crash counted as an attempt. `undefined` if
 * that is not certain: the process may have lost the other run before, or the attempt may have begun again elsewhere.
 */
function neighborOf(
  { inProcess, faults }: IndexedEvidence,
  entries: readonly AttemptEntry[],
  attempt: number,
  { cause, process = '', from: at }: Fault,
): AttemptEntry | undefined {
  const started = entries.findLast((entry) => entry.attempt === attempt && entry.type === 'started')
  if (!isDeath(cause) || !started || started.by !== process) return undefined
  const nextAt = firstOf(entries, attempt + 1)?.at ?? Number.POSITIVE_INFINITY
  const wasKilledLater = faults.all.some(
    (fault) => isDeath(fault.cause) && fault.process !== process && fault.to >= at && fault.from <= nextAt,
  )
  if (wasKilledLater) return undefined
  const its = inProcess.get(process) ?? []
  return its.find((other) => {
    if (other.type !== 'started' || other.run === started.run || isWorkflow(other.definition) || other.at > at)
      return false
    const hasEnded = its.some(({ type, run, at: end }) => type === 'ended' && run === other.run && end > other.at)
    const wasLost = faults.all.some(
      (fault) =>
        !isDeath(fault.cause) &&
        (fault.process ?? process) === process &&
        fault.from <= at &&
        fault.to >= Math.min(other.at, started.at),
    )
    return !hasEnded && !wasLost
  })
}

/** Returns true if the attempt failed as scripted, which requires another attempt, or may have lost its connection. */
function isDemanded(evidence: IndexedEvidence, entries: readonly AttemptEntry[], attempt: number): boolean {
  const kind = kindOfItem(evidence, entries[0]?.item)
  if (kind !== undefined && losing.includes(kind)) return true
  if (kind === undefined || !failing.includes(kind)) return false
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
