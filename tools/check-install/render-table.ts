import type { Row } from './row.ts'

/** Parts that repeat one check in many combinations, with what the check covers. Their passed rows share one line. */
const summaries: Readonly<Record<string, string>> = {
  'package managers': 'installs, compiles with `nodenext` and `bundler`, runs jobs',
  'Node versions': 'imports and requires every entry point, runs jobs',
  compilers: "`nodenext` and `bundler`, own events, `skipLibCheck: false`; errors inside the vendors' SDKs ignored",
  bundlers: "no warning about our packages, runs jobs, no other vendor's code evaluated",
  'Next.js': "no warning about our packages, runs jobs, no other vendor's code evaluated",
  'command line': '`doctor` finds no problem, `init` installs only the chosen engine',
}

/** Renders the rows as an aligned Markdown table. Rows that did not pass always have their own line. */
export function renderTable(rows: readonly Row[]): string {
  const header = ['Part', 'Checked', 'Result', 'Detail']
  const cells = summarize(rows).map(({ part, what, result, detail }) =>
    [part, what, result, detail].map((cell) => cell.replaceAll('|', '\\|')),
  )
  const widths = header.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]!.length)))
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [line(header), rule, ...cells.map(line)].join('\n')
}

interface Line {
  readonly part: string
  readonly what: string
  readonly result: string
  readonly detail: string
}

/** Merges the passed rows of each part in `summaries` into one line, at the place of the first. */
function summarize(rows: readonly Row[]): Line[] {
  const isMerged = ({ part, verdict }: Row): boolean => part in summaries && verdict === 'passed'
  return rows.flatMap((row): Line[] => {
    const { part, what, verdict, detail } = row
    if (!isMerged(row)) return [{ part, what, result: verdict, detail }]
    const merged = rows.filter((other) => other.part === part && isMerged(other))
    if (merged[0] !== row) return []
    const variants = [
      ...new Set(merged.map((other) => other.what.split(': ')[0]!.replace(/, (nodenext|bundler)$/, ''))),
    ]
    return [{ part, what: variants.join('; '), result: `${merged.length} passed`, detail: summaries[part]! }]
  })
}
