/** One request that the engine got (`in`) or made (`out`). */
export interface LoggedRequest {
  readonly method: string
  /** With the query. */
  readonly path: string
  /** By the engine's clock. */
  readonly at: number
  readonly direction: 'in' | 'out'
  /** 0 where no answer was given. */
  readonly status: number
}
