import type { Plan } from './plan.ts'

/** A plan in lines for people: what is new, what is added to, what is left alone. */
export function showPlan({ changes, kept, warnings }: Plan): string {
  const width = Math.max(...changes.map(({ path }) => path.length), ...kept.map(({ what }) => what.length), 0)
  const line = (sign: string, path: string, state: string): string => `${sign} ${path.padEnd(width)}  ${state}`
  return [
    ...changes.flatMap(({ path, before, adds }) => [
      before === undefined ? line('+', path, 'new') : line('~', path, 'exists, to be added:'),
      ...adds.map((added) => `    ${added}`),
    ]),
    ...kept.map(({ what, otherwise }) => line('=', what, `exists, left alone${otherwise ? `: ${otherwise}` : ''}`)),
    ...warnings.map((warning) => `! ${warning}`),
  ].join('\n')
}
