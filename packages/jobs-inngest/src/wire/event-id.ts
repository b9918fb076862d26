import { hashOf } from '@cgk-platform/jobs-core/hosted'

/** The seed for the event ids of one request. Inngest adds each event's position, counted from 1. */
export interface IdSeed {
  /** The timestamp in the ids, epoch milliseconds. */
  readonly timeMs: number
  /** Ten bytes. */
  readonly entropy: Uint8Array
}

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const ulid = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/

/** Returns true if a string has the form of an event id (a ULID). */
export function isEventId(id: string): boolean {
  return ulid.test(id)
}

/** Returns the header that makes Inngest derive the event ids of a request from this seed. */
export function toSeedHeader({ timeMs, entropy }: IdSeed): Record<string, string> {
  return { 'x-inngest-event-id-seed': `${timeMs},${btoa(String.fromCodePoint(...entropy))}` }
}

/** Returns the id of the event at an index of the request, counted from 0. */
export function idAt(seed: IdSeed, index: number): string {
  const entropy = shifted(seed.entropy, index + 1)
  return encode(BigInt(seed.timeMs), 10) + encode(toBigInt(entropy), 16)
}

/** Returns the seed that gives the only event of a request this id. */
export function seedOfId(id: string): IdSeed {
  const timeMs = Number(decode(id.slice(0, 10)))
  const hex = decode(id.slice(10)).toString(16).padStart(20, '0')
  return { timeMs, entropy: shifted(entropyOf(hex), -1) }
}

/** Returns a random seed for a request with several events. */
export function randomSeed(timeMs: number): IdSeed {
  return { timeMs, entropy: crypto.getRandomValues(new Uint8Array(10)) }
}

/** Returns a seed derived from strings: the same strings and time always give the same seed. */
export async function hashedSeed(parts: readonly string[], timeMs: number): Promise<IdSeed> {
  return { timeMs, entropy: entropyOf(await hashOf(parts)) }
}

/** Returns the first ten bytes of a hexadecimal string. */
export function entropyOf(hex: string): Uint8Array {
  return Uint8Array.from({ length: 10 }, (_, index) => Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16))
}

/** Adds to the last four bytes as Inngest does: a 32-bit number that wraps around to 0. */
function shifted(entropy: Uint8Array, by: number): Uint8Array {
  const copy = entropy.slice()
  const view = new DataView(copy.buffer)
  view.setUint32(6, view.getUint32(6) + by)
  return copy
}

function toBigInt(bytes: Uint8Array): bigint {
  return bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)
}

function encode(value: bigint, length: number): string {
  const digits = value.toString(32).padStart(length, '0')
  return digits.replaceAll(/./g, (digit) => alphabet[Number.parseInt(digit, 32)]!)
}

function decode(text: string): bigint {
  return text.split('').reduce((sum, character) => sum * 32n + BigInt(alphabet.indexOf(character)), 0n)
}

/** Returns the id that follows an id in the order of ids. */
export function nextId(id: string): string {
  const bits = (BigInt(timeOfId(id)!) << 80n) + decode(id.slice(10)) + 1n
  return encode(bits >> 80n, 10) + encode(bits & ((1n << 80n) - 1n), 16)
}

/** Returns the timestamp in an id, epoch milliseconds. */
export function timeOfId(id: string): number | undefined {
  return isEventId(id) ? Number(decode(id.slice(0, 10))) : undefined
}
