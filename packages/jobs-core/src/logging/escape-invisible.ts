/** Control characters, half characters, and all that reorders or hides text or that Unicode shows as nothing. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu
const names: Readonly<Record<string, string>> = { '\n': String.raw`\n`, '\r': String.raw`\r`, '\t': String.raw`\t` }

/**
 * Returns text of others so that people and assistants see all of it: invisible characters become escapes such as
 * `\u{1b}`.
 *
 * @param kept - characters that stay, such as line breaks
 */
export function escapeInvisible(text: string, kept = ''): string {
  return text.replace(invisible, (character) => {
    if (kept.includes(character)) return character
    // Terser cannot parse `\u{` in a raw template.
    return names[character] ?? `\\u{${character.codePointAt(0)!.toString(16)}}`
  })
}

/** Returns JSON with the same value, in which invisible characters of strings are escaped. */
export function escapeInvisibleInJson(json: string): string {
  return json.replace(invisible, (character) => {
    if (character < ' ') return character // of the layout: in a string it is escaped
    return Array.from({ length: character.length }, (_, index) => escapeUnit(character.charCodeAt(index))).join('')
  })
}

function escapeUnit(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`
}
