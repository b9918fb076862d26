/** The actions of a handler, from its payload. */
export interface HandlerScript {
  /** Attempts in which the process exits. */
  readonly exitIn?: readonly number[]
  /** Attempts in which the handler throws. */
  readonly throwIn?: readonly number[]
  /** The definition whose first attempt requests a retry after twenty minutes. */
  readonly laterOf?: string
  /** A file to wait for. */
  readonly gate?: string
  /** Sends another job. */
  readonly sends?: boolean
  /** Leaves state and timers behind in the process. */
  readonly litters?: boolean
}
