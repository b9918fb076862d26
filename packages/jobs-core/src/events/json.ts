/** A value that JSON carries without loss. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/** The bytes of a value as UTF-8 JSON where they are more than a limit. Otherwise `undefined`. */
export function bytesOver(json: Json, limitBytes: number): number | undefined {
  // Most values are so far below that they need no counting.
  if (limitBytes === Infinity || bytesLeft(json, limitBytes) >= 0) return undefined
  const text = JSON.stringify(json)
  const bytes = encoder.encode(text).length
  return bytes > limitBytes ? bytes : undefined
}

/** The longest is `-0.0000012345678901234567`. */
const mostBytesOfNumber = 26

/** What a value leaves of so many bytes at the least: each character may be an escape of six. Below 0 it tells nothing. */
function bytesLeft(json: Json, bytes: number): number {
  if (typeof json === 'string') return bytes - json.length * 6 - 3
  if (typeof json !== 'object' || json === null) return bytes - mostBytesOfNumber
  let left = bytes - 3
  if (Array.isArray(json)) {
    for (let index = 0; index < json.length && left >= 0; index++) left = bytesLeft(json[index]!, left)
    return left
  }
  for (const key of Object.keys(json)) {
    if (left < 0) break
    left = bytesLeft(json[key]!, left - key.length * 6 - 3)
  }
  return left
}

/** A copy that shares nothing with the value. */
export function copyJson(json: Json): Json {
  if (typeof json !== 'object' || json === null) return json
  if (Array.isArray(json)) return json.map(copyJson)
  const copy: { [key: string]: Json } = {}
  for (const key of Object.keys(json)) copy[key] = copyJson(json[key]!)
  return copy
}

const encoder = new TextEncoder()
