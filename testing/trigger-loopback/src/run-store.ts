import type { Run } from './run.ts'

/** All runs of the environment, in the order of their creation. */
export interface RunStore {
  add(run: Run): void
  /** Finds a run by its friendly id. */
  find(friendlyId: string): Run | undefined
  all(): readonly Run[]
  childrenOf(run: Run): readonly Run[]
}

/** Creates an empty run store. */
export function createRunStore(): RunStore {
  const runs = new Map<string, Run>()
  return {
    add: (run) => void runs.set(run.friendlyId, run),
    find: (friendlyId) => runs.get(friendlyId),
    all: () => [...runs.values()],
    childrenOf: ({ friendlyId }) => [...runs.values()].filter(({ parentId }) => parentId === friendlyId),
  }
}
