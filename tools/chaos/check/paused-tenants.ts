import type { EntryOf, Finding, IndexedEvidence } from './indexed-evidence.ts'

/** Checks that no run of a tenant starts while the tenant is paused. */
export function checkPausedTenants({ entries, intended, sent, byId }: IndexedEvidence): Finding[] {
  const pauses = new Map(
    entries
      .filter((entry): entry is EntryOf<'tenants were paused'> => entry.type === 'tenants were paused')
      .map((pause) => [pause.group, pause]),
  )
  return [...intended.values()].flatMap(({ item, kind, group = '' }) => {
    const pause = kind === 'of a paused tenant' ? pauses.get(group) : undefined
    const runs = byId.get(sent.get(item)?.job ?? '')?.runs ?? []
    const started = runs.flatMap(({ startedAt }) => startedAt?.getTime() ?? [])
    return started
      .filter((at) => pause && pause.from < at && at < pause.until)
      .map((at) => ({
        rule: 'no run starts while its tenant is paused',
        job: sent.get(item)!.job,
        item,
        message: `started ${at - pause!.from} ms after the pause`,
      }))
  })
}
