import { randomBytes } from 'node:crypto'
import { uuidToULID } from 'ulid'

/** The content of the header `x-inngest-event-id-seed`: the time and the entropy of the event ids of one request. */
export interface EventIdSeed {
  readonly ms: number
  readonly entropy: Uint8Array
}

/** Reads `<milliseconds>,<base64 of 10 bytes>`. Ignores anything else, as the vendor's pkg/event/id.go does. */
export function parseEventIdSeed(header: string | undefined): EventIdSeed | undefined {
  const [ms, base64, ...rest] = (header ?? '').split(',')
  if (!ms || !base64 || rest.length > 0 || !/^\d+$/.test(ms) || Number(ms) <= 0) return undefined
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64) || base64.length % 4 !== 0) return undefined
  const entropy = Buffer.from(base64, 'base64')
  return entropy.length === 10 ? { ms: Number(ms), entropy } : undefined
}

/**
 * Returns the id of the event at `index` (from 0) of a seeded request: adds index + 1 to the last 4 bytes of the
 * entropy.
 */
export function seededEventId(seed: EventIdSeed, index: number): string {
  const entropy = Buffer.from(seed.entropy)
  entropy.writeUInt32BE((entropy.readUInt32BE(6) + index + 1) % 2 ** 32, 6)
  return toUlid(seed.ms, entropy)
}

/** Creates a random ULID with this time, for runs and for events without a seed. */
export function createUlid(ms: number): string {
  return toUlid(ms, randomBytes(10))
}

/**
 * Whether the vendor's parser accepts a string as a ULID. It checks the length and for an overflow, not the characters.
 */
export function isUlid(text: string): boolean {
  return text.length === 26 && text[0]! <= '7'
}

function toUlid(ms: number, entropy: Uint8Array): string {
  const hex = ms.toString(16).padStart(12, '0') + Buffer.from(entropy).toString('hex')
  return uuidToULID(hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'))
}
