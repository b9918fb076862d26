/** Invisible characters that `JSON.stringify` does not escape. */
const invisible = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu

/** Returns a value as JSON that is also safe on a terminal. Dates are ISO 8601. */
export function toJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(invisible, (character) =>
    Array.from({ length: character.length }, (_, index) => escapeUnit(character.charCodeAt(index))).join(''),
  )
}

function escapeUnit(unit: number): string {
  return String.raw`\u${unit.toString(16).padStart(4, '0')}`
}
