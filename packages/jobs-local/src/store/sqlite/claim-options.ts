import type { LimitsOf } from '../job-store.ts'
import type { Connection } from './connection.ts'
import type { Turns } from './turns.ts'

/** The options of a claim. */
export interface ClaimOptions {
  readonly connection: Connection
  readonly turns: Turns
  /** The turns of a tenant in each round. A tenant that is not in it has 1. */
  readonly weights: ReadonlyMap<string, number>
  readonly max: number
  readonly worker: number
  readonly limitsOf: LimitsOf
  readonly mayBegin: (definitionId: string) => boolean
  readonly now: number
}
