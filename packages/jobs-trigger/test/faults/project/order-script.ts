/** The actions of an order's workflow, from its payload. */
export interface OrderScript {
  /** A file. The first version fails until it exists. */
  readonly stockAt?: string
  /** Whether the first version has no compensations. */
  readonly isFinal?: boolean
  /** The first attempt of the first version asks for a retry so late that the server queues the run. */
  readonly retriesLate?: boolean
}
