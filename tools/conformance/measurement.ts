import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { CaseResult, ConformanceReport } from '@cgk-platform/jobs-conformance'

/** Results of the last run on one provider. Each provider has a file, so a run on one does not change the others. */
export interface Measurement {
  /** The provider's name, with its set-up if it has several. */
  readonly provider: string
  /**
   * The outcomes of the cases, by id. "Not supported" are those that the provider's capabilities, or its target, rule
   * out.
   */
  readonly outcomes: Readonly<Record<string, CaseResult['outcome']>>
}

const folder = join(import.meta.dirname, 'measured')
const pathOf = (provider: string): string =>
  join(
    folder,
    `${provider
      .toLowerCase()
      .match(/[a-z0-9.]+/g)!
      .join('-')}.json`,
  )

/** Stores the results of a run. */
export function writeMeasurement({ target, results }: ConformanceReport): void {
  const outcomes = results.map(({ id, outcome }) => [id, outcome] as const)
  const measurement: Measurement = { provider: target, outcomes: Object.fromEntries(outcomes) }
  mkdirSync(folder, { recursive: true })
  writeFileSync(pathOf(target), `${JSON.stringify(measurement, undefined, 2)}\n`)
}

/** Reads the stored results of these providers. Skips providers without results. */
export function readMeasurements(providers: readonly string[]): Measurement[] {
  return providers
    .filter((provider) => existsSync(pathOf(provider)))
    .map((provider) => JSON.parse(readFileSync(pathOf(provider), 'utf8')) as Measurement)
}
