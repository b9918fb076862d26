/** Characters that take two columns of a terminal. */
const wide = /[\p{Emoji_Presentation}\p{sc=Han}\p{sc=Hangul}\p{sc=Hiragana}\p{sc=Katakana}\uff01-\uff60]/u
const combining = /\p{M}/u

/** Returns the number of a terminal's columns that a line without control characters takes. */
export function widthOf(line: string): number {
  let width = 0
  for (const character of line) width += columnsOf(character)
  return width
}

function columnsOf(character: string): number {
  if (combining.test(character)) return 0
  return wide.test(character) ? 2 : 1
}
