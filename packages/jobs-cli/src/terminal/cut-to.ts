import { widthOf } from './width-of.ts'

/** Cuts a line to this many columns. A cut line ends with an ellipsis. */
export function cutTo(line: string, columns: number): string {
  if (widthOf(line) <= columns) return line
  let cut = ''
  let width = 1 // the ellipsis
  for (const character of line) {
    width += widthOf(character)
    if (width > columns) break
    cut += character
  }
  return `${cut}…`
}
