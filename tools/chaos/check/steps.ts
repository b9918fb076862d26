import type { RunStatus } from '@cgk-platform/jobs'

import { type AttemptEntry, type Finding, kindOfItem, type Of, type Story } from './story.ts'

const rule = 'a step that has completed is not made again'
const order = ['one', 'two', 'three']
/** What is compensated, in the order in which it must be. */
const compensationOrder = ['two', 'one']

type StepEntry = Of<'step' | 'compensation'>

/** Steps and compensations that were made again, each of which a crash must explain. */
export function checkSteps(story: Story): { findings: Finding[]; repeated: number } {
  const findings: Finding[] = []
  let repeated = 0
  for (const { id: job, runs } of story.jobs) {
    for (const run of runs.filter(({ definitionId }) => definitionId === 'flow')) {
      const entries = story.byRun.get(run.id) ?? []
      const again = entries.flatMap((entry, index) => (isStep(entry) ? repeatOf(entry, entries.slice(0, index)) : []))
      repeated += again.length
      const problems = again.flatMap(({ entry, before }) =>
        isExplained(story, entries, entry, before)
          ? []
          : `\`${entry.step}\` was made again by ${entry.by}, and nothing explains that`,
      )
      problems.push(...missing(story, run, entries))
      findings.push(
        ...problems.map((says) => ({ rule, job, item: story.itemOf.get(job), says: `${says} (run ${run.id})` })),
      )
    }
  }
  return { findings, repeated }
}

function isStep(entry: AttemptEntry): entry is StepEntry {
  return entry.what === 'step' || entry.what === 'compensation'
}

/** A step is made again where itself, or one that comes after it, has begun before. */
function repeatOf(entry: StepEntry, earlier: readonly AttemptEntry[]): { entry: StepEntry; before: StepEntry }[] {
  const steps = entry.what === 'step' ? order : compensationOrder
  const before = earlier.findLast(
    (other): other is StepEntry =>
      isStep(other) && other.what === entry.what && steps.indexOf(other.step) >= steps.indexOf(entry.step),
  )
  return before ? [{ entry, before }] : []
}

/**
 * The one under way when its worker was in trouble is made once more. One behind which the code had come already is so by
 * a worker alone that was in trouble itself and did not know yet.
 */
function isExplained(
  { troubles }: Story,
  entries: readonly AttemptEntry[],
  entry: StepEntry,
  before: StepEntry,
): boolean {
  const began = entries.findLast((other) => other.what === 'began' && other.by === entry.by && other.at <= entry.at)
  if (troubles.find(entry.by, { from: (began ?? entry).at, to: entry.at })) return true
  return entry.step === before.step && troubles.find(before.by, { from: before.at, to: entry.at }) !== undefined
}

function missing(story: Story, { state }: RunStatus, entries: readonly AttemptEntry[]): string[] {
  const done = (what: 'step done' | 'compensation done', step: string): AttemptEntry | undefined =>
    entries.find((entry) => entry.what === what && entry.step === step)
  const problems = order.filter((step) => !done('step done', step)).map((step) => `\`${step}\` was never done`)
  if (state !== 'failed' || kindOfItem(story, entries[0]?.item) !== 'compensated flow')
    return state === 'completed' ? problems : []
  const [first, second] = compensationOrder.map((step) => done('compensation done', step))
  if (!first || !second) problems.push('not all was compensated')
  else if (second.at < first.at) problems.push('the compensations were made in the wrong order')
  return problems
}
