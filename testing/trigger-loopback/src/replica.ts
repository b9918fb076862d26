import type { Run } from './run.ts'

/** The store behind run lists. The server writes changes to it with a delay. */
export interface Replica {
  /** Stores the current state of a run. */
  record(run: Run): void
  /** Returns all runs in their state a while ago. */
  runs(): readonly Run[]
}

/** Creates a replica with a lag, by the server's clock. */
export function createReplica(lagMs: number, now: () => Date): Replica {
  const versions = new Map<string, { readonly at: number; readonly run: Run }[]>()
  return {
    record(run) {
      const known = versions.get(run.friendlyId) ?? []
      const old = now().getTime() - lagMs
      // Of the versions that are old enough, only the newest matters.
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

/** Marks a run as changed. */
export function touch({ now, replica }: { now(): Date; readonly replica: Replica }, run: Run): void {
  run.updatedAt = now()
  replica.record(run)
}
