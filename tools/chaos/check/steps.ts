import type { RunStatus } from '@cgk-platform/jobs'

import { type AttemptEntry, type Finding, kindOfItem, type EntryOf, type IndexedEvidence } from './indexed-evidence.ts'

const rule = 'a completed step does not run again'
const order = ['turn 1', 'turn 2', 'one', 'two', 'three']
/** The steps with a compensation, in the order in which they must be compensated. */
const compensationOrder = ['two', 'one']

type StepEntry = EntryOf<'step' | 'compensation'>

/** Checks that a fault explains each repeated step and compensation, and that none is missing. */
export function checkSteps(evidence: IndexedEvidence): { findings: Finding[]; repeated: number } {
  const findings: Finding[] = []
  let repeated = 0
  for (const { id: job, runs } of evidence.jobs) {
    for (const run of runs.filter(({ definitionId }) => definitionId === 'flow')) {
      const entries = evidence.byRun.get(run.id) ?? []
      const repeats = entries.flatMap((entry, index) => (isStep(entry) ? repeatOf(entry, entries.slice(0, index)) : []))
      repeated += repeats.length
      const problems = repeats.flatMap(({ entry, before }) =>
        isExplained(evidence, entries, entry, before) ? [] : `${entry.by} repeated \`${entry.step}\` without a fault`,
      )
      problems.push(...missing(evidence, run, entries))
      findings.push(
        ...problems.map((message) => ({
          rule,
          job,
          item: evidence.itemOf.get(job),
          message: `${message} (run ${run.id})`,
        })),
      )
    }
  }
  return { findings, repeated }
}

function isStep(entry: AttemptEntry): entry is StepEntry {
  return entry.type === 'step' || entry.type === 'compensation'
}

/** A step is repeated if it, or a later step, started before. */
function repeatOf(entry: StepEntry, earlier: readonly AttemptEntry[]): { entry: StepEntry; before: StepEntry }[] {
  const steps = entry.type === 'step' ? order : compensationOrder
  const before = earlier.findLast(
    (other): other is StepEntry =>
      isStep(other) && other.type === entry.type && steps.indexOf(other.step) >= steps.indexOf(entry.step),
  )
  return before ? [{ entry, before }] : []
}

/**
 * A step that was running when its worker had a fault may run again. An earlier step may run again only on a worker
 * that had a fault itself and does not yet know that it lost the run.
 */
export function isExplained(
  { faults }: IndexedEvidence,
  entries: readonly AttemptEntry[],
  entry: StepEntry,
  before: StepEntry,
): boolean {
  const started = entries.findLast((other) => other.type === 'started' && other.by === entry.by && other.at <= entry.at)
  if (faults.find(entry.by, { from: (started ?? entry).at, to: entry.at })) return true
  return entry.step === before.step && faults.find(before.by, { from: before.at, to: entry.at }) !== undefined
}

function missing(evidence: IndexedEvidence, { state }: RunStatus, entries: readonly AttemptEntry[]): string[] {
  const done = (type: 'step done' | 'compensation done', step: string): AttemptEntry | undefined =>
    entries.find((entry) => entry.type === type && entry.step === step)
  const problems = order.filter((step) => !done('step done', step)).map((step) => `\`${step}\` never completed`)
  if (state !== 'failed' || kindOfItem(evidence, entries[0]?.item) !== 'compensated flow')
    return state === 'completed' ? problems : []
  const [first, second] = compensationOrder.map((step) => done('compensation done', step))
  if (!first || !second) problems.push('a compensation is missing')
  else if (second.at < first.at) problems.push('the compensations ran in the wrong order')
  return problems
}
