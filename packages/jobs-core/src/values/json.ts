/** A value that JSON can represent without loss. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/** Returns the size of a value in bytes of UTF-8 JSON if it exceeds the limit. Otherwise `undefined`. */
export function bytesOver(json: Json, limitBytes: number): number | undefined {
  // Most values are far below the limit and need no exact count.
  if (!mayExceed(json, limitBytes)) return undefined
  const bytes = encoder.encode(JSON.stringify(json)).length
  return bytes > limitBytes ? bytes : undefined
}

/** Returns false if a value surely has at most `limitBytes` bytes of UTF-8 JSON. Looks at no more values than fit. */
export function mayExceed(json: Json, limitBytes: number): boolean {
  return limitBytes !== Infinity && bytesLeft(json, limitBytes) < 0
}

/** Upper bound for the bytes of a number. The longest is `-0.0000012345678901234567`. */
const maxBytesOfNumber = 26

/**
 * Returns a lower bound for the bytes that are left after a value. Each character may be an escape of six bytes. A
 * negative result is not exact.
 */
function bytesLeft(json: Json, bytes: number): number {
  if (typeof json === 'string') return bytes - json.length * 6 - 3
  if (typeof json !== 'object' || json === null) return bytes - maxBytesOfNumber
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

/** Returns a deep copy. */
export function copyJson(json: Json): Json {
  if (typeof json !== 'object' || json === null) return json
  if (Array.isArray(json)) return json.map(copyJson)
  const copy: { [key: string]: Json } = {}
  for (const key of Object.keys(json)) copy[key] = copyJson(json[key]!)
  return copy
}

const encoder = new TextEncoder()
