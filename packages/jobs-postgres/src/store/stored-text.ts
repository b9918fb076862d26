import { createHash } from 'node:crypto'

/** Marks a text that is stored as its hash. */
const hashMark = '\u0001'

/** Longest text that is stored as it is, in UTF-16 units. An index has a copy of each. */
const maxLength = 200

/**
 * Returns a text that apps choose (a tenant, an event, a definition, a key) for a column: as it is, or a hash of a text
 * that PostgreSQL cannot store or that is long. Different texts stay different.
 */
export function storedText(text: string): string {
  const hasControl = text.includes('\0') || text.includes(hashMark)
  if (text.length <= maxLength && !hasControl && text.isWellFormed()) return text
  // UTF-8 has no halves of pairs, so that they would all have one hash.
  return hashMark + createHash('sha256').update(text, 'utf16le').digest('hex')
}

/** Returns a key of a run for its column: empty without one. */
export function storedKey(key: string | undefined): string {
  return key === undefined ? '' : `=${storedText(key)}`
}
