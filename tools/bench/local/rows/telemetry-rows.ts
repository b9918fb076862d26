import { median } from '../../statistics.ts'
import { measureIsolated } from '../isolated/measure-isolated.ts'
import { type Row, verdictOf } from '../../report/row.ts'

type Rounds = readonly { readonly wallUs: number; readonly cpuUs: number }[]

/** The columns of the table. */
export const telemetryHeader: readonly string[] = [
  'Jobs',
  'Without',
  'Without an SDK',
  'By hand',
  'With an SDK',
  'Samples 10 %',
  'Rate with an SDK',
  'Target',
]

const modes = ['none', 'idle', 'manual', 'sdk', 'sampled'] as const
const jobs = [
  { name: 'empty handler, memory', store: 'memory', handler: 'empty' },
  { name: 'empty handler, durable file', store: 'sqlite', handler: 'empty' },
  { name: '1 ms of work, memory', store: 'memory', handler: 'work' },
] as const
const passes = 3

/**
 * Measures the cost of `openTelemetry()` per job in CPU time, which other processes disturb least: without an SDK, with
 * one that samples every trace or 10 %, and of the same spans made by hand. All modes take turns.
 */
export async function telemetryRows(): Promise<Row[]> {
  const rows: Row[] = []
  for (const { name, store, handler } of jobs) {
    const measured = new Map<string, number[]>()
    for (let pass = 0; pass < passes; pass++) {
      for (const mode of modes) {
        const rounds = await measureIsolated<Rounds>('./telemetry.ts', mode, store, handler)
        measured.set(mode, [...(measured.get(mode) ?? []), ...rounds.map(({ cpuUs }) => cpuUs)])
      }
    }
    const cpuUs = (mode: (typeof modes)[number]): number => median(measured.get(mode)!)
    const rate = cpuUs('none') / cpuUs('sdk')
    const added = (mode: (typeof modes)[number]): string => `+ ${(cpuUs(mode) - cpuUs('none')).toFixed(1)}`
    const idleUs = cpuUs('idle') - cpuUs('none')
    const isMet = handler === 'work' ? rate >= 0.95 : idleUs <= 1
    const target = handler === 'work' ? '≥ 0.95×' : '≤ 1 µs without an SDK'
    rows.push({
      comparison: `openTelemetry(), ${name}`,
      target,
      measured: `${rate.toFixed(2)}×`,
      verdict: verdictOf(isMet),
      detail: `µs of CPU per job: ${modes.map((mode) => `${mode} ${cpuUs(mode).toFixed(1)}`).join(', ')}`,
      section: 'telemetry',
      cells: [
        name,
        `${cpuUs('none').toFixed(1)} µs`,
        ...(['idle', 'manual', 'sdk', 'sampled'] as const).map(added),
        `${rate.toFixed(2)}×`,
        `${target}, ${verdictOf(isMet)}`,
      ],
    })
  }
  return rows
}
