/** What a handler is to do, as its payload says. */
export interface Act {
  /** In these attempts the process ends. */
  readonly exitIn?: readonly number[]
  readonly throwIn?: readonly number[]
  /** The definition whose first attempt asks for the next one after 40 seconds. */
  readonly laterOf?: string
  /** Waits until there is such a file. */
  readonly gate?: string
  /** Sends a job of its own. */
  readonly sends?: boolean
  /** Leaves things behind in the process. */
  readonly litters?: boolean
}
