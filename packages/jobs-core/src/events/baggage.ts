import { portablePayloadBytes } from '../engines/capabilities.ts'
import { bytesOver, type Json } from '../values/json.ts'

/** The maximum length of a `baggage`, and the number of its members, that W3C Baggage obliges to propagate. */
const maxLength = 8192
const maxMembers = 64
/** The length that fits into the envelope of the largest payload. Together they stay below the engines' limits. */
const lengthBesideLargest = 2048

const member = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+[ \t]*=[ \t]*[!#-+\--:<-[\]-~]*(?:[ \t]*;[!-~ \t]*)?$/

/** Returns whether a value is a `baggage` of W3C Baggage, of at most 8,192 characters and 64 members. */
export function isBaggage(value: unknown): value is string {
  if (typeof value !== 'string' || value === '' || value.length > maxLength) return false
  const members = value.split(',')
  return members.length <= maxMembers && members.every((one) => member.test(one.trim()))
}

/**
 * Returns the first members of a `baggage` that fit beside a payload and are valid. W3C Baggage permits to drop the
 * others.
 */
export function boundedBaggage(value: unknown, payload: Json): string | undefined {
  if (typeof value !== 'string') return undefined
  const room = value.length <= lengthBesideLargest ? lengthBesideLargest : roomBeside(payload)
  const kept: string[] = []
  let length = -1
  // The bound on what is read keeps a hostile value from costing more than a valid one.
  for (const one of value.slice(0, 4 * maxLength).split(',')) {
    const text = one.trim()
    if (kept.length === maxMembers) break
    if (!member.test(text) || length + 1 + text.length > room) continue
    kept.push(text)
    length += 1 + text.length
  }
  return kept.length > 0 ? kept.join(',') : undefined
}

/** Beside a payload of up to this size, there is room for the longest. As JSON, a character has up to two bytes. */
const roomyPayloadBytes = portablePayloadBytes - 2 * (maxLength - lengthBesideLargest)

function roomBeside(payload: Json): number {
  const bytes = bytesOver(payload, roomyPayloadBytes)
  if (bytes === undefined) return maxLength
  return Math.max(lengthBesideLargest, maxLength - Math.ceil((bytes - roomyPayloadBytes) / 2))
}
