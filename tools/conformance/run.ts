// Runs the behaviour suite on the providers that are named, or on all: `./dev conformance local`.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import {
  type CaseResult,
  conformanceCases,
  type ConformanceReport,
  runConformance,
} from '@cgk-platform/jobs-core/conformance'

import { completeReport } from './complete-report.ts'
import { readMeasurements, writeMeasurement } from './measurement.ts'
import { printReports } from './print-reports.ts'
import { renderCapabilities } from './render-capabilities.ts'
import { targets } from './targets.ts'

const known = Object.keys(targets)
const names = process.argv.length > 2 ? process.argv.slice(2) : known
const unknown = names.filter((name) => !known.includes(name))
if (unknown.length > 0) {
  console.error(`No provider is named ${unknown.join(', ')}. Those that the suite knows: ${known.join(', ')}.`)
  process.exit(2)
}

const tellFailure =
  (name: string) =>
  ({ id, outcome }: CaseResult): void => {
    if (outcome === 'failed') console.error(`${name}: ${id} failed`)
  }

const reports: ConformanceReport[] = []
for (const name of names) {
  const [target, ...others] = targets[name]!()
  console.error(
    `${name}: ${conformanceCases.length} cases${target.concurrent ? ', some of which wait for minutes to tick' : ''}`,
  )
  let report = await runConformance(target, { onResult: tellFailure(name) })
  for (const other of others) report = await completeReport(report, other, tellFailure(name))
  writeMeasurement(report)
  reports.push(report)
}

printReports(reports)
writeFileSync(join(import.meta.dirname, '../../docs/capabilities.md'), renderCapabilities(readMeasurements(known)))
// Handlers that took no notice of the end of the suite must not hold the process.
process.exit(reports.some(({ failed }) => failed > 0) ? 1 : 0)
