/** The part of an engine that the test kit reads to detect when the engine is idle. */
export interface EngineView {
  /** Running attempts. */
  readonly inFlight: readonly Promise<void>[]
  /** Number of jobs that have not ended. */
  readonly openJobs: number
  /** Whether any work is due that can begin now under the concurrency limits. */
  readonly hasDue: boolean
  /** Makes the engine check its store again. */
  wake(): void
}
