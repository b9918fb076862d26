/** Serializes a value for a column. */
export function toText(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value)
}

/** Parses a stored value. Returns `undefined` if it is null or damaged. */
export function fromText(text: string | null): unknown {
  if (text === null) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
