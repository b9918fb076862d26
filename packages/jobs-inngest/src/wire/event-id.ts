import { hashOf } from '@cgk-platform/jobs-core/provider'

/** What the ids of the events of one request are made from: Inngest adds each event's place, counted from 1. */
export interface IdSeed {
  /** Epoch milliseconds: the time that the ids tell. */
  readonly timeMs: number
  /** Ten bytes. */
  readonly entropy: Uint8Array
}

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const ulid = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/

/** Whether a text can be the id of an event. */
export function isEventId(id: string): boolean {
  return ulid.test(id)
}

/** The header that makes Inngest give the events of a request ids of our choice; it reads the time and the entropy. */
export function toSeedHeader({ timeMs, entropy }: IdSeed): Record<string, string> {
  return { 'x-inngest-event-id-seed': `${timeMs},${btoa(String.fromCodePoint(...entropy))}` }
}

/** The id of the event at a place of the request, counted from 0. */
export function idAt(seed: IdSeed, index: number): string {
  const entropy = shifted(seed.entropy, index + 1)
  return encode(BigInt(seed.timeMs), 10) + encode(toBigInt(entropy), 16)
}

/** The seed with which the only event of a request has this id. */
export function seedOf(id: string): IdSeed {
  const timeMs = Number(decode(id.slice(0, 10)))
  const hex = decode(id.slice(10)).toString(16).padStart(20, '0')
  return { timeMs, entropy: shifted(entropyOf(hex), -1) }
}

/** A seed for a request of several events, whose ids no other request has. */
export function randomSeed(timeMs: number): IdSeed {
  return { timeMs, entropy: crypto.getRandomValues(new Uint8Array(10)) }
}

/** A seed that the same parts and the same time always make. */
export async function seedFrom(parts: readonly string[], timeMs: number): Promise<IdSeed> {
  return { timeMs, entropy: entropyOf(await hashOf(parts)) }
}

/** The first ten bytes of hexadecimal digits. */
export function entropyOf(hex: string): Uint8Array {
  return Uint8Array.from({ length: 10 }, (_, index) => Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16))
}

/** Adds to the last four bytes as Inngest does, where 2^32 begins again at 0. */
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

/** The instant that an id tells, epoch milliseconds. */
export function timeOf(id: string): number | undefined {
  return isEventId(id) ? Number(decode(id.slice(0, 10))) : undefined
}
