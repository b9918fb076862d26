import type { Run } from './run.ts'

/** All runs since the start. */
export interface RunStore {
  add(run: Run): void
  find(id: string): Run | undefined
  ofEvent(internalId: string): Run[]
  list(): Run[]
}

/** Creates an empty store. */
export function createRunStore(): RunStore {
  const runs = new Map<string, Run>()
  const byEvent = new Map<string, Run[]>()
  return {
    add(run) {
      runs.set(run.id, run)
      for (const { internalId } of run.events) byEvent.set(internalId, [...(byEvent.get(internalId) ?? []), run])
    },
    find: (id) => runs.get(id.toUpperCase()),
    ofEvent: (internalId) => byEvent.get(internalId.toUpperCase()) ?? [],
    list: () => [...runs.values()],
  }
}
