/** The bounds of the batches of a definition. */
export interface BatchBounds {
  readonly maxSize: number
  readonly maxWaitMs: number
}

/** Maximum size of the encoded envelopes of a batch, in characters. A single larger one is a batch of its own. */
export const maxBatchBytes: number = 16 * 1024 * 1024
