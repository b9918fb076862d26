import type { EntryOf, Finding, IndexedEvidence } from './indexed-evidence.ts'

/** Checks that the limited jobs keep the distance of their throttle, and that none starts while they are paused. */
export function checkStarts(evidence: IndexedEvidence, definition: string, distanceMs: number): Finding[] {
  const starts = new Map<string, { at: number; job: string }[]>()
  for (const { id: job, tenantId, runs } of evidence.jobs) {
    for (const { definitionId, startedAt } of runs) {
      if (definitionId !== definition || !startedAt) continue
      const lane = `${tenantId} ${evidence.intended.get(evidence.itemOf.get(job) ?? '')?.store}`
      starts.set(lane, [...(starts.get(lane) ?? []), { at: startedAt.getTime(), job }])
    }
  }
  return [
    ...[...starts].flatMap(([lane, its]) => findTooClose(lane, its, distanceMs)),
    ...[...starts.values()].flat().flatMap((start) => findPaused(start, evidence)),
  ]
}

function findTooClose(lane: string, its: readonly { at: number; job: string }[], distanceMs: number): Finding[] {
  const ordered = its.toSorted((one, other) => one.at - other.at)
  return ordered.flatMap(({ at, job }, index) => {
    const before = ordered[index - 1]
    if (!before || at - before.at >= distanceMs) return []
    const message = `of \`${lane}\` started ${at - before.at} ms after ${before.job}; the throttle allows ${distanceMs} ms`
    return { rule: 'no throttle is exceeded', job, message }
  })
}

function findPaused({ at, job }: { at: number; job: string }, { entries }: IndexedEvidence): Finding[] {
  const pauses = entries.filter((entry): entry is EntryOf<'limited jobs were paused'> => {
    return entry.type === 'limited jobs were paused' && entry.from < at && at < entry.until
  })
  return pauses.map(({ from }) => ({
    rule: 'no run starts while its definition is paused',
    job,
    message: `started ${at - from} ms after the pause`,
  }))
}
