import { randomBytes } from 'node:crypto'
import { uuidToULID } from 'ulid'

/** What the header `x-inngest-event-id-seed` fixes: the time and the entropy of the ids of one request's events. */
export interface EventIdSeed {
  readonly ms: number
  readonly entropy: Uint8Array
}

/** Reads `<milliseconds>,<base64 of 10 bytes>`; anything else means no seed, as in the vendor's pkg/event/id.go. */
export function parseEventIdSeed(header: string | undefined): EventIdSeed | undefined {
  const [ms, base64, ...rest] = (header ?? '').split(',')
  if (!ms || !base64 || rest.length > 0 || !/^\d+$/.test(ms) || Number(ms) <= 0) return undefined
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64) || base64.length % 4 !== 0) return undefined
  const entropy = Buffer.from(base64, 'base64')
  return entropy.length === 10 ? { ms: Number(ms), entropy } : undefined
}

/** The id of the event at `index` (from 0) of a seeded request: index + 1 is added to the entropy's last 4 bytes. */
export function seededEventId(seed: EventIdSeed, index: number): string {
  const entropy = Buffer.from(seed.entropy)
  entropy.writeUInt32BE((entropy.readUInt32BE(6) + index + 1) % 2 ** 32, 6)
  return toUlid(seed.ms, entropy)
}

/** A random ULID of this millisecond, for runs and for events without a seed. */
export function createUlid(ms: number): string {
  return toUlid(ms, randomBytes(10))
}

/** Whether the vendor's parser takes the text for a ULID: it looks at the length and for an overflow, not at letters. */
export function isUlid(text: string): boolean {
  return text.length === 26 && text[0]! <= '7'
}

function toUlid(ms: number, entropy: Uint8Array): string {
  const hex = ms.toString(16).padStart(12, '0') + Buffer.from(entropy).toString('hex')
  return uuidToULID(hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'))
}
