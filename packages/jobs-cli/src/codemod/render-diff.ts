import { applyEdits, sortEdits } from './apply-edits.ts'
import type { TextEdit } from './text-edit.ts'

const context = 3

/** Returns a unified diff of one file. */
export function renderDiff(path: string, text: string, edits: readonly TextEdit[]): string {
  const lines = text.replace(/\n$/, '').split('\n')
  const starts = lineStarts(lines)
  const lineOf = (position: number): number => starts.findLastIndex((start) => start <= position)
  const hunks: { first: number; last: number; edits: TextEdit[] }[] = []
  for (const edit of sortEdits(edits)) {
    const [first, last] = [lineOf(edit.start), lineOf(edit.end)]
    const open = hunks.at(-1)
    if (open && first <= open.last + 2 * context + 1) {
      open.last = Math.max(open.last, last)
      open.edits.push(edit)
    } else hunks.push({ first, last, edits: [edit] })
  }

  const diff = [`--- a/${path}`, `+++ b/${path}`]
  let shift = 0
  for (const hunk of hunks) {
    const from = Math.max(0, hunk.first - context)
    const to = Math.min(lines.length - 1, hunk.last + context)
    const start = starts[from]!
    const before = lines.slice(from, to + 1)
    const moved = hunk.edits.map((edit) => ({ ...edit, start: edit.start - start, end: edit.end - start }))
    const after = applyEdits(before.join('\n'), moved).split('\n')
    diff.push(`@@ -${from + 1},${before.length} +${from + 1 + shift},${after.length} @@`, ...diffLines(before, after))
    shift += after.length - before.length
  }
  return diff.map((line) => line.replace(/\r$/, '')).join('\n')
}

function lineStarts(lines: readonly string[]): number[] {
  let next = 0
  return lines.map((line) => {
    const start = next
    next += line.length + 1
    return start
  })
}

/** Compares two short lists of lines by their longest common subsequence. */
function diffLines(before: readonly string[], after: readonly string[]): string[] {
  const common = before.map(() => after.map(() => 0))
  const at = (i: number, j: number): number => common[i]?.[j] ?? 0
  for (let i = before.length - 1; i >= 0; i--)
    for (let j = after.length - 1; j >= 0; j--)
      common[i]![j] = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
  const lines: string[] = []
  let [i, j] = [0, 0]
  while (i < before.length || j < after.length) {
    if (i < before.length && before[i] === after[j]) {
      lines.push(` ${before[i]}`)
      i++
      j++
    } else if (i < before.length && (j >= after.length || at(i + 1, j) >= at(i, j + 1))) lines.push(`-${before[i++]}`)
    else lines.push(`+${after[j++]}`)
  }
  return lines
}
