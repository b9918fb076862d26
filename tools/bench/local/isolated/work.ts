import { createHash } from 'node:crypto'

/** Stays in the cache of the processor, and leaves room for the code of the engine. */
const bytes = new Uint8Array(16_384)
const times = 107

/** Computes for about a millisecond, in native code whose speed the just-in-time compiler does not change. */
export function work(): void {
  const hash = createHash('sha256')
  for (let time = 0; time < times; time++) hash.update(bytes)
  hash.digest()
}
