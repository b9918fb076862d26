/** Maximum size of the payloads of a batch, in characters of JSON. A single larger one is a batch of its own. */
export const maxBatchBytes: number = 16 * 1024 * 1024
