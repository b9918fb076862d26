import type { RunStatus } from '@cgk-platform/jobs'

import type { AttemptEntry, EntryOf, Finding, IndexedEvidence } from './indexed-evidence.ts'
import { isExplained } from './steps.ts'

const rule = 'a cancelled workflow compensates its completed steps in reverse order'
/** Time in which the result of a step is in the file, in milliseconds. */
const saveMs = 1500

type DoneEntry = EntryOf<'step done' | 'compensation done'>

/**
 * Checks that each completed step of a workflow that was cancelled or has failed is compensated, in reverse order, that
 * only a fault repeats a compensation, and that no step begins after the cancel.
 */
export function checkCompensations(
  evidence: IndexedEvidence,
  definition: string,
): { findings: Finding[]; cancelled: number; compensated: number } {
  const findings: Finding[] = []
  let [cancelled, compensated] = [0, 0]
  const cancels = new Map(
    evidence.entries.flatMap((entry) => (entry.type === 'cancelled' ? [[entry.job, entry.at] as const] : [])),
  )
  for (const { id: job, runs } of evidence.jobs) {
    for (const run of runs.filter(({ definitionId }) => definitionId === definition)) {
      const entries = evidence.byRun.get(run.id) ?? []
      const done = firstOfEach(entries, 'compensation done')
      if (run.state === 'cancelled') cancelled++
      if (run.state === 'cancelled' && done.length > 0) compensated++
      const problems = [
        ...findUncompensated(evidence, run, entries, done),
        ...findDisorder(entries, done),
        ...findRepeated(evidence, entries),
        ...(run.state === 'cancelled' ? findLateSteps(evidence, entries, cancels.get(job)) : []),
      ]
      const item = evidence.itemOf.get(job)
      findings.push(...problems.map((message) => ({ rule, job, item, message: `${message} (run ${run.id})` })))
    }
  }
  return { findings, cancelled, compensated }
}

/** Returns the first entry of each step, in the order of time. */
function firstOfEach(entries: readonly AttemptEntry[], type: DoneEntry['type']): DoneEntry[] {
  const its = entries.filter((entry): entry is DoneEntry => entry.type === type)
  return its.filter((entry, index) => its.findIndex(({ step }) => step === entry.step) === index)
}

function findUncompensated(
  { faults }: IndexedEvidence,
  { state }: RunStatus,
  entries: readonly AttemptEntry[],
  compensated: readonly DoneEntry[],
): string[] {
  if (state === 'completed') return compensated.map(({ step }) => `\`${step}\` was compensated, but the run completed`)
  const steps = firstOfEach(entries, 'step done')
  const isCompensated = ({ step }: DoneEntry): boolean => compensated.some((other) => other.step === step)
  // A step whose worker had a fault before it could save the result has not completed.
  const mayBeUnsaved = ({ by, at }: DoneEntry): boolean => faults.find(by, { from: at, to: at + saveMs }) !== undefined
  return steps
    .filter((step) => !isCompensated(step) && !mayBeUnsaved(step))
    .map(({ step }) => `\`${step}\` completed but was not compensated`)
}

/** Parallel steps have no order if they completed about together, because their ledger entries precede their records. */
function findDisorder(entries: readonly AttemptEntry[], compensated: readonly DoneEntry[]): string[] {
  const steps = firstOfEach(entries, 'step done')
  return compensated.flatMap(({ step: name }, index) => {
    const step = steps.find((other) => other.step === name)
    if (!step) return [`\`${name}\` was compensated but never completed`]
    const tooEarly = compensated.slice(index + 1).find((later) => {
      const began = entries.find((entry) => entry.type === 'step' && entry.step === later.step)
      return began !== undefined && began.at > step.at
    })
    return tooEarly ? [`\`${name}\` was compensated before \`${tooEarly.step}\`, which began after it`] : []
  })
}

function findRepeated(evidence: IndexedEvidence, entries: readonly AttemptEntry[]): string[] {
  return entries.flatMap((entry, index) => {
    if (entry.type !== 'compensation') return []
    const before = entries
      .slice(0, index)
      .findLast((other) => other.type === 'compensation' && other.step === entry.step)
    const isRepeated = before?.type === 'compensation' && !isExplained(evidence, entries, entry, before)
    return isRepeated ? [`${entry.by} repeated the compensation of \`${entry.step}\` without a fault`] : []
  })
}

function findLateSteps(
  { faults }: IndexedEvidence,
  entries: readonly AttemptEntry[],
  cancelledAt = Infinity,
): string[] {
  return entries.flatMap((entry) => {
    if (entry.type !== 'step' || entry.at <= cancelledAt + saveMs) return []
    if (faults.find(entry.by, { from: cancelledAt - saveMs, to: entry.at })) return []
    return [`\`${entry.step}\` began ${Math.round(entry.at - cancelledAt)} ms after the cancel request completed`]
  })
}
