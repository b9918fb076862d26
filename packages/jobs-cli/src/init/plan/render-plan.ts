import type { Plan } from './plan.ts'

/** Renders a plan as text: new files, additions, unchanged items and warnings. */
export function renderPlan({ changes, existing, warnings }: Plan): string {
  const width = Math.max(...changes.map(({ path }) => path.length), ...existing.map(({ name }) => name.length), 0)
  const line = (sign: string, path: string, state: string): string => `${sign} ${path.padEnd(width)}  ${state}`
  return [
    ...changes.flatMap(({ path, before, addedLines }) => [
      before === undefined ? line('+', path, 'new') : line('~', path, 'exists; adds:'),
      ...addedLines.map((added) => `    ${added}`),
    ]),
    ...existing.map(({ name, remedy }) => line('=', name, `exists, unchanged${remedy ? `: ${remedy}` : ''}`)),
    ...warnings.map((warning) => `! ${warning}`),
  ].join('\n')
}
