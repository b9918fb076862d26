import { createFilledFile } from '../kit/filled-file.ts'
import { quantile } from '../kit/quantile.ts'

// Measures the pages and counts of a file with a million jobs. The bench of the local engine runs it and prints its
// result.
const file = await createFilledFile(Number(process.argv[2] ?? 1_000_000))
const clock = performance.now.bind(performance)
const measured: { name: string; p50: number; p95: number; count: number }[] = []
for (const [name, filter] of Object.entries(file.filters)) {
  const pages = await file.measurePages(filter, clock)
  const counts = await file.measureCounts(filter, clock)
  measured.push({ name, p50: quantile(pages, 0.5), p95: quantile(pages, 0.95), count: quantile(counts, 0.95) })
}
const errors = await file.measureErrors(clock)
measured.push({ name: 'errors, grouped', p50: quantile(errors, 0.5), p95: quantile(errors, 0.95), count: 0 })
await file.close()
process.stdout.write(JSON.stringify(measured))
