/** A process that runs jobs. */
export interface WorkerInfo {
  /** Unique among the workers of the engine. Attempts name it. */
  readonly id: string
  /** True for the process that asks. */
  readonly isThisProcess: boolean
  /** The name of its machine or container. */
  readonly host?: string
  /** The id of its process on that host. */
  readonly pid?: number
  /** When it became a worker. */
  readonly since?: Date
  /** When it last showed that it is alive. */
  readonly lastSeenAt?: Date
  /** Number of runs that it has claimed. */
  readonly running: number
  /** The ids of its definitions. */
  readonly definitionIds: readonly string[]
}
