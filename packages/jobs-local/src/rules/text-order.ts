/**
 * Compares two strings by their code points, as SQLite does. JavaScript compares code units, which orders some characters
 * differently.
 */
export function compareText(one: string, other: string): number {
  const end = Math.min(one.length, other.length)
  for (let index = 0; index < end; index++) {
    const [code, otherCode] = [one.charCodeAt(index), other.charCodeAt(index)]
    if (code !== otherCode) return placeOf(code) - placeOf(otherCode)
  }
  return one.length - other.length
}

/** Moves the halves of characters above U+FFFF behind all others. */
function placeOf(code: number): number {
  return code >= 0xd800 && code < 0xe000 ? code + 0x1_0000 : code
}

/** Returns the first of some texts after one, or from one on. They are in the order of `compareText`. */
export function nextIn(ordered: readonly string[], after: string, isIncluded: boolean): string | undefined {
  return ordered.find((text) => {
    const place = compareText(text, after)
    return isIncluded ? place >= 0 : place > 0
  })
}
