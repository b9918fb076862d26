import type { Definition } from '../jobs/definition.ts'

/** A definition of this process. */
export interface DefinitionInfo {
  /** Its id. */
  readonly id: string
  /** The kind of definition, such as `cron` for `defineCronJob`. */
  readonly kind: Definition['kind']
  /** The event that it handles; `cron/<id>` for a cron job. */
  readonly event: string
  /** False if it gets no runs. */
  readonly enabled: boolean
  /** The schedule and the next five ticks of a cron job. */
  readonly cron?: { readonly schedule: string; readonly timezone: string; readonly nextTicks: readonly Date[] }
  /** Maximum number of attempts. */
  readonly maxAttempts: number
  /** The other options that were set, each as short text, such as `{ concurrency: '10, 2 per tenant', retry: 'exponential from 1s to 1m' }`. */
  readonly options: Readonly<Record<string, string>>
  /** True if it is paused. */
  readonly paused: boolean
  /** Since when it is paused; absent if it is not, or if the engine does not tell. */
  readonly pausedSince?: Date
}
