import type { WaitpointType } from '@trigger.dev/core/v3'
import { WaitpointId } from '@trigger.dev/core/v3/isomorphic'

import type { Run } from './run.ts'

/** The output of a waitpoint. */
export interface WaitpointOutput {
  readonly value: string
  readonly type?: string
  readonly isError: boolean
}

/** A waitpoint, which blocks runs until it is completed. */
export interface Waitpoint {
  readonly id: string
  readonly friendlyId: string
  readonly type: WaitpointType
  readonly createdAt: Date
  readonly tags: readonly string[]
  /** When it completes automatically: the end of a sleep, or the timeout of a token. */
  readonly completedAfter: Date | undefined
  readonly runId: string | undefined
  readonly batchId: string | undefined
  readonly idempotencyKeyExpiresAt: Date | undefined
  idempotencyKey: string | undefined
  completedAt: Date | undefined
  output: WaitpointOutput | undefined
}

/** A waitpoint that blocks a run, and the index of a batch's run. */
export interface Block {
  readonly waitpoint: Waitpoint
  readonly batchId?: string
  readonly index?: number
}

/** Options of a new waitpoint. */
export type NewWaitpoint = Pick<Waitpoint, 'type' | 'createdAt'> & Partial<Waitpoint>

/** All waitpoints, and the runs that they block. */
export interface Waitpoints {
  add(waitpoint: NewWaitpoint): Waitpoint
  all(): readonly Waitpoint[]
  find(friendlyId: string): Waitpoint | undefined
  ofRun(runId: string): Waitpoint | undefined
  ofBatch(batchId: string): Waitpoint | undefined
  block(run: Run, block: Block): void
  blocksOf(run: Run): readonly Block[]
  blockedBy(waitpoint: Waitpoint): readonly string[]
  unblock(run: Run): void
}

/** Creates an empty waitpoint store. */
export function createWaitpoints(): Waitpoints {
  const waitpoints = new Map<string, Waitpoint>()
  const blocks = new Map<string, Block[]>()
  const all = (): Waitpoint[] => [...waitpoints.values()]
  return {
    add(options) {
      const waitpoint: Waitpoint = {
        ...WaitpointId.generate(),
        tags: [],
        completedAfter: undefined,
        runId: undefined,
        batchId: undefined,
        idempotencyKey: undefined,
        idempotencyKeyExpiresAt: undefined,
        completedAt: undefined,
        output: undefined,
        ...options,
      }
      waitpoints.set(waitpoint.friendlyId, waitpoint)
      return waitpoint
    },
    all,
    find: (friendlyId) => waitpoints.get(friendlyId),
    ofRun: (runId) => all().find((each) => each.runId === runId),
    ofBatch: (batchId) => all().find((each) => each.batchId === batchId),
    block: (run, block) => void blocks.set(run.friendlyId, [...(blocks.get(run.friendlyId) ?? []), block]),
    blocksOf: (run) => blocks.get(run.friendlyId) ?? [],
    blockedBy: (waitpoint) =>
      [...blocks].filter(([, held]) => held.some((block) => block.waitpoint === waitpoint)).map(([runId]) => runId),
    unblock: (run) => void blocks.delete(run.friendlyId),
  }
}
