import { createHash } from 'node:crypto'

/** Derives a UUID from a string, as the server does for apps and functions. */
export function deterministicUuid(text: string): string {
  const hex = createHash('sha1').update(text).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
