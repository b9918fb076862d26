import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Capabilities } from '@cgk-platform/jobs-core'
import { type ConformanceReport, rules } from '@cgk-platform/jobs-core/conformance'

/** What the last run on a provider found: kept beside the runner, so that a run on one provider keeps the others' columns. */
export interface Measurement {
  /** With its set-up, where it has several. */
  readonly provider: string
  readonly capabilities: Capabilities
  readonly rules: readonly RuleMeasurement[]
  /** Cases that the provider's capabilities, or its target, rule out. */
  readonly notSupported: readonly { readonly title: string; readonly reason: string }[]
}

/** How the cases of one rule ended. */
export interface RuleMeasurement {
  readonly number: number
  readonly name: string
  readonly passed: number
  readonly failed: number
  readonly notSupported: number
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

/** Keeps what a run found. */
export function writeMeasurement({ target, capabilities, results }: ConformanceReport): void {
  const measurement: Measurement = {
    provider: target,
    capabilities,
    rules: Object.values(rules).map((rule) => {
      const count = (outcome: string): number =>
        results.filter((result) => result.rule === rule && result.outcome === outcome).length
      return { ...rule, passed: count('passed'), failed: count('failed'), notSupported: count('not supported') }
    }),
    notSupported: results.flatMap((result) =>
      result.outcome === 'not supported' ? [{ title: result.title, reason: result.reason }] : [],
    ),
  }
  mkdirSync(folder, { recursive: true })
  writeFileSync(pathOf(target), `${JSON.stringify(measurement, undefined, 2)}\n`)
}

/** What the last runs found, for those of these providers that were measured. */
export function readMeasurements(providers: readonly string[]): Measurement[] {
  return providers
    .filter((provider) => existsSync(pathOf(provider)))
    .map((provider) => JSON.parse(readFileSync(pathOf(provider), 'utf8')) as Measurement)
}
