/** A request to the engine (`in`) or from the engine (`out`). */
export interface LoggedRequest {
  readonly method: string
  /** With the query. */
  readonly path: string
  /** By the engine's clock. */
  readonly at: number
  readonly direction: 'in' | 'out'
  /** 0 without a response. */
  readonly status: number
}
