/** What a test kit sees of an engine, to know when it has come to rest. */
export interface EngineView {
  /** Attempts under way. */
  readonly inFlight: readonly Promise<void>[]
  /** Jobs that have not ended. */
  readonly openJobs: number
  /** True while something waits to be begun now, as far as limits leave room. */
  readonly hasDue: boolean
  /** Makes it look at its store again. */
  wake(): void
}
