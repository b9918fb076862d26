import { transactedFlow, transactedSteps } from '../transacted-jobs.ts'
import type { Finding, IndexedEvidence } from './indexed-evidence.ts'

const rule = 'an effect in a transaction exists exactly if its handler or step has completed'

/** Checks the effects of handlers and steps that run in transactions. */
export function checkEffects({ jobs, itemOf, effects }: IndexedEvidence): Finding[] {
  const expected = new Map<string, number>()
  const jobOf = new Map<string, string>()
  for (const { id, runs } of jobs) {
    const item = itemOf.get(id)
    for (const { definitionId, state } of runs) {
      const names =
        definitionId === 'transacted'
          ? [item]
          : definitionId === transactedFlow
            ? transactedSteps.map((step) => `${item}/${step}`)
            : []
      for (const name of names.filter((one) => one !== undefined)) {
        expected.set(name, state === 'completed' ? 1 : 0)
        jobOf.set(name, id)
      }
    }
  }
  return [...new Set([...expected.keys(), ...effects.keys()])].flatMap((effect) => {
    const [wanted, found] = [expected.get(effect) ?? 0, effects.get(effect) ?? 0]
    if (wanted === found) return []
    return { rule, job: jobOf.get(effect), message: `the effect \`${effect}\` exists ${found} times, not ${wanted}` }
  })
}
