/** Control characters, and invisible ones that reorder or hide text on a terminal. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu
const names: Readonly<Record<string, string>> = { '\n': String.raw`\n`, '\r': String.raw`\r`, '\t': String.raw`\t` }

/** Returns one line of text that is safe on a terminal: control and invisible characters become escapes such as `\u{1b}`. */
export function escapeControls(text: string): string {
  return text.replace(invisible, (character) => names[character] ?? String.raw`\u{${hexOf(character)}}`)
}

function hexOf(character: string): string {
  return character.codePointAt(0)!.toString(16)
}
