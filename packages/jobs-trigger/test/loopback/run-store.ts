import type { Run } from './run.ts'

/** Every run of the environment, in the order of their creation. */
export interface RunStore {
  add(run: Run): void
  /** By its friendly id. */
  find(friendlyId: string): Run | undefined
  all(): readonly Run[]
  childrenOf(run: Run): readonly Run[]
}

/** No runs yet. */
export function createRunStore(): RunStore {
  const runs = new Map<string, Run>()
  return {
    add: (run) => void runs.set(run.friendlyId, run),
    find: (friendlyId) => runs.get(friendlyId),
    all: () => [...runs.values()],
    childrenOf: ({ friendlyId }) => [...runs.values()].filter(({ parentId }) => parentId === friendlyId),
  }
}
