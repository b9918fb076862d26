import { conformanceCases, type ConformanceReport, rules } from '@cgk-platform/jobs-conformance'

const words = { passed: 'passed', failed: 'FAILED', 'not supported': 'not supported' } as const

/** Prints the table of cases by provider, then the failures, then the counts. */
export function printReports(reports: readonly ConformanceReport[]): void {
  const idWidth = Math.max(...conformanceCases.map(({ id }) => id.length))
  const names = reports.map(({ target }) => target)
  const widths = names.map((name) => Math.max('not supported'.length, name.length))
  const line = (title: string, cells: readonly string[]) =>
    console.log(
      [title.padEnd(idWidth), ...cells.map((cell, column) => cell.padEnd(widths[column]!))].join('  ').trimEnd(),
    )

  line('', names)
  for (const rule of Object.values(rules)) {
    console.log(rule.number === 0 ? `\n${rule.name}` : `\nRule ${rule.number}: ${rule.name}`)
    for (const { id } of conformanceCases.filter((one) => one.rule === rule)) {
      line(
        id,
        reports.map(({ results }) => words[results.find((result) => result.id === id)!.outcome]),
      )
    }
  }
  for (const { target, results } of reports) {
    for (const result of results) {
      if (result.outcome !== 'failed') continue
      console.error(`\n${target}: ${result.id}: ${result.title}`)
      console.error(result.error)
    }
  }
  for (const { target, passed, failed, notSupported } of reports) {
    console.log(
      `\n${target}: ${passed} passed, ${failed} failed${notSupported > 0 ? `, ${notSupported} not supported` : ''}`,
    )
  }
}
