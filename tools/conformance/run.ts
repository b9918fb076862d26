// Runs the conformance suite on the named providers, or on all: `./dev conformance local`. With `--render`, it runs
// nothing and only updates docs/capabilities.md. With `--real`, it runs on the vendor's own server that the environment
// names. It does not store those results, because stored results must be reproducible anywhere.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import {
  type CaseResult,
  conformanceCases,
  type ConformanceReport,
  runConformance,
} from '@cgk-platform/jobs-conformance'

import { completeReport } from './complete-report.ts'
import { readMeasurements, writeMeasurement } from './measurement.ts'
import { readOptions } from './options.ts'
import { printReports } from './print-reports.ts'
import { renderCapabilities } from './render-capabilities.ts'
import { columnNames } from './targets.ts'

const options = readOptions(process.argv.slice(2), process.env)
if (options.problem !== undefined) {
  console.error(options.problem)
  process.exit(2)
}

const reportFailure =
  (name: string) =>
  ({ id, outcome }: CaseResult): void => {
    if (outcome === 'failed') console.error(`${name}: ${id} failed`)
  }

const reports: ConformanceReport[] = []
for (const [target, ...others] of options.chosen) {
  const { name } = target
  console.error(
    `${name}: ${conformanceCases.length} cases${target.concurrent ? ', some of which wait for minutes to tick' : ''}`,
  )
  let report = await runConformance(target, { onResult: reportFailure(name) })
  for (const other of others) report = await completeReport(report, other, reportFailure(name))
  if (!options.real) writeMeasurement(report)
  reports.push(report)
}

if (reports.length > 0) printReports(reports)
if (!options.real) {
  const measurements = readMeasurements(columnNames())
  writeFileSync(join(import.meta.dirname, '../../docs/capabilities.md'), renderCapabilities(measurements))
}
// A handler that ignores the end of the suite would keep the process alive.
process.exit(reports.some(({ failed }) => failed > 0) ? 1 : 0)
