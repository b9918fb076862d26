/** The bounds of the batches of a definition. */
export interface BatchBounds {
  readonly maxSize: number
  readonly maxWaitMs: number
}
