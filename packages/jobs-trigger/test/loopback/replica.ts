import type { Run } from './run.ts'

/** What lists are made of: the server writes them into another store, some time after it happened. */
export interface Replica {
  /** Keeps what a run is now. */
  record(run: Run): void
  /** Every run as it was a while ago. */
  runs(): readonly Run[]
}

/** A replica that is behind by so much, by the server's clock. */
export function createReplica(lagMs: number, now: () => Date): Replica {
  const versions = new Map<string, { readonly at: number; readonly run: Run }[]>()
  return {
    record(run) {
      const known = versions.get(run.friendlyId) ?? []
      const old = now().getTime() - lagMs
      // Of those that are old enough, the newest alone is of interest.
      const from = Math.max(
        0,
        known.findLastIndex(({ at }) => at <= old),
      )
      versions.set(run.friendlyId, [
        ...known.slice(from),
        { at: now().getTime(), run: { ...run, tags: [...run.tags] } },
      ])
    },
    runs() {
      const old = now().getTime() - lagMs
      return [...versions.values()].flatMap((known) => known.findLast(({ at }) => at <= old)?.run ?? [])
    },
  }
}

/** Marks a run as changed now. */
export function touch({ now, replica }: { now(): Date; readonly replica: Replica }, run: Run): void {
  run.updatedAt = now()
  replica.record(run)
}
