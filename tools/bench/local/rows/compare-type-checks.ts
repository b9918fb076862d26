import { spawnSync } from 'node:child_process'

import { median, spread } from '../../statistics.ts'
import { type Row, verdictOf } from '../../report/row.ts'

const rounds = 15

/** Compiles two projects in turns, after a first turn that does not count, and compares the times round by round. */
export function compareTypeChecks(
  ours: string,
  theirs: string,
  maxRatio: number,
): Pick<Row, 'measured' | 'verdict' | 'detail'> {
  const times: { ours: number; theirs: number }[] = []
  for (let round = 0; round <= rounds; round++) {
    const time = { ours: checkMs(ours), theirs: checkMs(theirs) }
    if (round > 0) times.push(time)
  }
  const ratios = times.map((time) => time.ours / time.theirs)
  return {
    measured: `${median(ratios).toFixed(2)}× (${spread(ratios, 2)})`,
    verdict: verdictOf(median(ratios) <= maxRatio),
    detail: `${median(times.map((time) => time.ours)).toFixed(0)} against ${median(times.map((time) => time.theirs)).toFixed(0)} ms of compiler`,
  }
}

function checkMs(path: string): number {
  const startedAt = performance.now()
  const { status, stdout } = spawnSync('tsc', ['-p', path], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`Could not compile the bench program \`${path}\`: ${stdout.slice(0, 500)}`)
  return performance.now() - startedAt
}
