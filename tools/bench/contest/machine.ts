import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { availableParallelism, cpus, release, totalmem } from 'node:os'
import { join } from 'node:path'

import { quantile } from '../statistics.ts'

/** Describes the machine of the measurement, one fact per line. */
export function describeMachine(folder: string): string[] {
  const { p50, p90 } = syncMs(folder)
  return [
    `${availableParallelism()} cores, ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    `Node ${process.version}, ${process.platform} ${release().replace(/[^\d.].*/, '')}`,
    `disk: ${p50.toFixed(2)} ms for a synced write of 4 KiB (90 % within ${p90.toFixed(2)} ms)`,
  ]
}

function syncMs(folder: string): { p50: number; p90: number } {
  const file = openSync(join(folder, 'sync'), 'w')
  const block = Buffer.alloc(4096, 1)
  const times = Array.from({ length: 200 }, () => {
    const startedAt = performance.now()
    writeSync(file, block)
    fsyncSync(file)
    return performance.now() - startedAt
  })
  closeSync(file)
  return { p50: quantile(times, 0.5), p90: quantile(times, 0.9) }
}
