import { generateFriendlyId } from '@trigger.dev/core/v3/isomorphic'

import type { Engine } from './engine.ts'
import type { Run } from './run.ts'

/** Runs that were triggered together. */
export interface Batch {
  readonly id: string
  readonly runCount: number
  readonly idempotencyKey: string | undefined
  readonly parentRunId: string | undefined
  readonly resumeParentOnCompletion: boolean
  readonly createdAt: Date
  /** The indexes of the received items. */
  readonly items: Set<number>
  /** Runs by item index. */
  readonly runs: Map<number, Run>
  sealed: boolean
}

/** The stored batches. */
export interface Batches {
  create(batch: Pick<Batch, 'runCount' | 'idempotencyKey' | 'parentRunId' | 'resumeParentOnCompletion'>): Batch
  find(id: string): Batch | undefined
  byKey(key: string): Batch | undefined
}

/** Creates an empty batch store. */
export function createBatches({ now }: Pick<Engine, 'now'>): Batches {
  const batches = new Map<string, Batch>()
  return {
    create(options) {
      const own = { items: new Set<number>(), runs: new Map<number, Run>(), sealed: false }
      const batch = { ...options, id: generateFriendlyId('batch'), createdAt: now(), ...own }
      batches.set(batch.id, batch)
      return batch
    },
    find: (id) => batches.get(id),
    byKey: (key) => [...batches.values()].find(({ idempotencyKey }) => idempotencyKey === key),
  }
}
