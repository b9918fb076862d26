import { measureIsolated } from '../isolated/measure-isolated.ts'
import { categories, type Category } from './category-of.ts'
import type { TimePerCategory } from './time-per-category.ts'

/** The result of a profiled run, in microseconds per job. */
export interface ProfiledJobs extends TimePerCategory {
  readonly totalUs: number
  readonly cpuUs: number
}

/** The stores that are profiled, with the number of jobs in a round. */
export const profiledStores = [
  { store: 'memory', jobs: 50_000 },
  { store: 'sqlite', jobs: 20_000 },
]

function isRunning(category: Category): boolean {
  return category !== 'idle' && category !== 'waiting for a processor'
}

/** Prints where each microsecond of a job goes, in memory and on SQLite. */
export async function printProfile(): Promise<void> {
  const profiles: ProfiledJobs[] = []
  for (const { store, jobs } of profiledStores)
    profiles.push(await measureIsolated<ProfiledJobs>('./profile.ts', store, String(jobs)))
  const line = (name: string, cells: readonly string[]): void =>
    console.log(name.padEnd(34) + cells.map((cell) => cell.padStart(18)).join(''))
  line(
    'microseconds per job',
    profiledStores.map(({ store }) => store),
  )
  for (const category of categories) {
    line(
      category,
      profiles.map(({ categories: times, totalUs }) => {
        const us = times[category]
        const runningUs = totalUs - times.idle - times['waiting for a processor']
        const part = isRunning(category) ? `  (${((us / runningUs) * 100).toFixed(0).padStart(2)} %)` : ' '.repeat(8)
        return us.toFixed(2) + part
      }),
    )
  }
  const sum = (times: Readonly<Record<string, number>>): number => Object.values(times).reduce((a, b) => a + b, 0)
  line(
    'sum',
    profiles.map(({ categories: times }) => sum(times).toFixed(2)),
  )
  line(
    'time of the run',
    profiles.map(({ totalUs }) => totalUs.toFixed(2)),
  )
  line(
    'processor time, all threads',
    profiles.map(({ cpuUs }) => cpuUs.toFixed(2)),
  )
  for (const [index, { functions }] of profiles.entries()) {
    console.log(`\n${profiledStores[index]!.store}: own time of functions`)
    for (const { name, us } of functions) console.log(`${us.toFixed(2).padStart(8)}  ${name}`)
  }
}
