import { createHash } from 'node:crypto'

/** Takes a millisecond of native code, whose speed the just-in-time compiler does not change. */
const bytes = new Uint8Array(1_750_000)

/** Computes for about a millisecond. */
export function work(): void {
  createHash('sha256').update(bytes).digest()
}
