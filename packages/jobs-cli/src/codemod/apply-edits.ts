import type { TextEdit } from './text-edit.ts'

/** Returns the text with all edits. Only removals may overlap. Insertions at one position keep their order. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let result = ''
  let position = 0
  for (const edit of sortEdits(edits)) {
    if (edit.start < position && edit.text !== '') throw new RangeError(`Two edits overlap at ${edit.start}.`)
    result += text.slice(position, edit.start) + edit.text
    position = Math.max(position, edit.end)
  }
  return result + text.slice(position)
}

/** Returns the edits by position. Sorting is stable. */
export function sortEdits(edits: readonly TextEdit[]): TextEdit[] {
  return edits.toSorted((a, b) => a.start - b.start || a.end - b.end)
}
