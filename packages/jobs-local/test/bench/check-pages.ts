import { createFilledFile, type FilledFile } from '../kit/filled-file.ts'
import { quantile } from '../kit/quantile.ts'

// Fails if the p95 of a page over a million jobs is many times the CPU time of the simplest page, that of all jobs over
// ten thousand. A page that passes the limit of rows without a match takes twenty times as much, one that reads all jobs
// thousands. The same page over ten thousand is shown beside it, but is no measure: it can be slow for the same reason.
const maxRatio = 40

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
const quantiles = async (file: FilledFile, name: string): Promise<[p50: number, p95: number]> => {
  const pages = await file.measurePages(file.filters[name]!, cpuMs)
  return [quantile(pages, 0.5), quantile(pages, 0.95)]
}
const print = (line: string): void => void process.stdout.write(`${line}\n`)
const printRow = (name: string, cells: readonly string[]): void => {
  print(name.padEnd(26) + cells.map((cell) => cell.padStart(14)).join(''))
}

const [few, many] = [await createFilledFile(10_000), await createFilledFile(1_000_000)]
try {
  const names = Object.keys(few.filters)
  for (const name of names) await quantiles(few, name) // compiles the code
  const [simplest] = await quantiles(few, 'all')

  const isQuick = async (name: string): Promise<boolean> => {
    const [small, large] = [await quantiles(few, name), await quantiles(many, name)]
    const ratio = large[1] / simplest
    printRow(name, [...[...small, ...large].map((ms) => ms.toFixed(1)), `${ratio.toFixed(1)}×`])
    return ratio <= maxRatio
  }
  print('CPU time of a page in milliseconds, and of its p95 over a million jobs by that of the simplest page')
  printRow('', ['10,000: p50', 'p95', 'million: p50', 'p95', 'ratio'])
  for (const name of names) {
    // Another process can slow a measurement.
    if ((await isQuick(name)) || (await isQuick(name))) continue
    print(`A page of \`${name}\` over a million jobs takes more than ${maxRatio} times the simplest page.`)
    process.exitCode = 1
  }
} finally {
  await few.close()
  await many.close()
}
