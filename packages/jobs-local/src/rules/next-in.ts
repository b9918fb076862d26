import { compareText } from './compare-text.ts'

/** Returns the first of some texts after one, or from one on. They are in SQLite's order. */
export function nextIn(ordered: readonly string[], after: string, isIncluded: boolean): string | undefined {
  return ordered.find((text) => {
    const place = compareText(text, after)
    return isIncluded ? place >= 0 : place > 0
  })
}
