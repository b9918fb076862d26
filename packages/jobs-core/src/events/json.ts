/** A value that JSON carries without loss. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/** The bytes of a value as UTF-8 JSON where they are more than a limit. Otherwise `undefined`. */
export function bytesOver(json: Json, limitBytes: number): number | undefined {
  if (limitBytes === Infinity) return undefined
  const text = JSON.stringify(json)
  // A character is at most three bytes of UTF-8, so that most values need no counting.
  if (text.length * 3 <= limitBytes) return undefined
  const bytes = encoder.encode(text).length
  return bytes > limitBytes ? bytes : undefined
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
