import { readFileSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'

import type { Row } from './row.ts'

/** The last rows of each part, and the load average before it. A page can be written from several runs. */
export type Measured = Record<string, { readonly load: number; readonly rows: readonly Row[] }>

/** The parts of a bench, which can be measured alone. */
export interface Parts {
  readonly measure: Readonly<Record<string, () => Promise<readonly Row[]>>>
  /** The parts to measure. */
  readonly only: readonly string[]
  /** Returns whether a part was measured as the page shows it. */
  readonly isKept: (name: string) => boolean
  /** The file that keeps the rows. */
  readonly file: string
}

/** Measures parts. Prints each row as soon as its part is measured. Returns the rows of this run and of earlier ones. */
export async function measureParts(
  machine: readonly string[],
  { measure, only, isKept, file }: Parts,
): Promise<Measured> {
  console.log(`${machine.join('\n')}\nload average at the start: ${loadavg()[0]!.toFixed(2)}\n`)
  const measured = readMeasured(file)
  for (const name of only) {
    const load = loadavg()[0]!
    const startedAt = performance.now()
    const rows = await measure[name]!()
    for (const row of rows) print(row)
    console.log(
      `(${name}: ${((performance.now() - startedAt) / 1000).toFixed(0)} s, load ${load.toFixed(2)} before it)`,
    )
    if (!isKept(name)) continue
    measured[name] = { load, rows }
    writeFileSync(file, JSON.stringify(measured))
  }
  return measured
}

/** Returns the measured parts in the order of their names. @throws if one was never measured. */
export function allOf(measured: Measured, names: readonly string[]): Measured[string][] {
  const missing = names.filter((name) => !measured[name])
  if (missing.length > 0) throw new Error(`Measure the other parts first: \`--peers --rows ${missing.join(',')}\`.`)
  return names.map((name) => measured[name]!)
}

function readMeasured(file: string): Measured {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Measured
  } catch {
    return {} // no earlier run
  }
}

function print({ comparison, target, measured, verdict, detail }: Row): void {
  console.log(
    [comparison.padEnd(52), target.padEnd(31), measured.padEnd(24), verdict.padEnd(9), detail].join('  ').trimEnd(),
  )
}
