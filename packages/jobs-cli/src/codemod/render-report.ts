import { relative } from 'node:path'

import type { ts } from 'ts-morph'

import { count } from '../count.ts'
import type { Conversion } from './trigger/convert-tasks.ts'
import type { Remark } from './trigger/draft.ts'

/** Returns the report as text: what changed, file by file, what to check, and what stays as it is. */
export function renderReport({ edits, converted, left, notes }: Conversion, cwd: string, isWritten: boolean): string {
  const place = (node: ts.Node): string => {
    const file = node.getSourceFile()
    return `${relative(cwd, file.fileName)}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`
  }
  const grouped = (remarks: readonly Remark[]): string[] =>
    inOrder(remarks.map(({ text }) => text)).flatMap((text) => [
      `  ${text}`,
      ...inOrder(remarks.filter((remark) => remark.text === text).map(({ node }) => `    ${place(node)}`)),
    ])
  const sections = [
    `${isWritten ? 'Changed' : 'Would change'}: ${count(converted.length, 'task')} in ${count(edits.size, 'file')}`,
  ]
  for (const file of [...edits.keys()].toSorted((a, b) => (a.fileName < b.fileName ? -1 : 1))) {
    const tasks = converted.filter((task) => task.file === file).map(({ id, kind }) => `\`${id}\` (${kind})`)
    const sends = converted
      .flatMap(({ uses }) => uses)
      .filter(({ node, call }) => call && node.getSourceFile() === file).length
    const parts = [...tasks, ...(sends > 0 ? [count(sends, 'send')] : [])]
    sections.push(`  ${relative(cwd, file.fileName)}: ${parts.length > 0 ? parts.join(', ') : 'shared code'}`)
  }
  if (notes.length > 0) sections.push('', 'To check:', ...grouped(notes))
  if (left.length > 0) sections.push('', `Not changed: ${count(left.length, 'task')}`)
  for (const { task, problems } of left)
    sections.push(
      `  \`${task.id ?? task.name?.text ?? '?'}\``,
      ...inOrder(problems.map(({ node, text }) => `    ${place(node)}  ${text}`)),
    )
  if (converted.length > 0)
    sections.push(
      '',
      'Next: install `@cgk-platform/jobs`, import the changed modules where your jobs run, and run `npx @cgk-platform/jobs-cli doctor`.',
    )
  return sections.join('\n')
}

function inOrder(lines: readonly string[]): string[] {
  return [...new Set(lines)].toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
}
