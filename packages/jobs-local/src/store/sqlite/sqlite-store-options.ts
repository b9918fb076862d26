import type { Logger } from '@cgk-platform/jobs-core'
import type { Clock } from '@cgk-platform/jobs-core/provider'

import type { Retention } from '../memory/retained-jobs.ts'

/** The options of a SQLite store. */
export interface SqliteStoreOptions {
  readonly path: string
  readonly retention: Retention
  readonly leaseMs: number
  readonly tenantWeights: ReadonlyMap<string, number>
  readonly logger: Logger
  readonly clock: Pick<Clock, 'now' | 'elapsed'>
}
