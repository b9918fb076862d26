/** An engine's limits for delays, attempts and outputs. */
export interface EngineLimits {
  /** The engine's name, for errors. */
  readonly provider: string
  /** Minimum retry delay in milliseconds. A shorter one is raised to it. */
  readonly minRetryDelayMs: number
  /** Maximum retry delay in milliseconds. A longer one fails the run. Default: no limit. */
  readonly maxRetryDelayMs?: number | undefined
  /** The remedy for a longer delay, as sentences. Default: names the maximum. */
  readonly maxRetryDelayNote?: string | undefined
  /** Maximum size of a payload in bytes, as UTF-8 JSON. Default: the portable size, 120 KiB. */
  readonly maxPayloadBytes?: number | undefined
  /** Maximum size of an output in bytes, as UTF-8 JSON. A larger one fails the run. Default: no limit. */
  readonly maxOutputBytes?: number | undefined
  /**
   * Maximum size of a step's result in bytes. A larger one fails the step. Default: the portable payload size, 120
   * KiB.
   */
  readonly maxStepOutputBytes?: number | undefined
  /** Whether a send can raise the number of attempts above the definition's. Default true. */
  readonly sendsRaiseAttempts?: boolean
}
