/** The result of one call of a provider's `erase`. */
export interface ErasedPart {
  /** Number of jobs that this call has deleted. */
  readonly erased: number
  /** Number of the tenant's jobs that cannot be deleted now: they are open, or a handler or a compensation still runs. */
  readonly left: number
  /** True if another call would delete more at once. */
  readonly hasMore: boolean
  /** A sentence for each thing that stays, and for how long. */
  readonly kept: readonly string[]
}
