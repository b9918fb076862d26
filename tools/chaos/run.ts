// Sends jobs from several processes, kills and pauses them at random and fills the disk. Then checks the outcome of
// every job: `./dev chaos --minutes 5 --seed 7`.
import { rmSync } from 'node:fs'

import { runChaos } from './chaos.ts'
import { readOptions } from './options.ts'
import { drawPlan } from './plan.ts'
import { renderPlan } from './render-plan.ts'
import { renderFigures, renderFindings } from './render-report.ts'

const options = readOptions(process.argv.slice(2), String(Date.now() % 1_000_000))
if (options.problem !== undefined) {
  console.error(options.problem)
  process.exit(2)
}

const plan = drawPlan(options.seed, options.durationMs)
if (options.planOnly) {
  console.log(renderPlan(plan).join('\n'))
  process.exit(0)
}

console.error(`Running chaos for ${plan.durationMs / 1000} s with seed ${plan.seed}`)
const report = await runChaos(plan, { bug: options.bug })
console.log([...renderFigures(report), ...renderFindings(report, options.bug)].join('\n'))
const failed = report.verdict.findings.length > 0
if (options.keepFiles) console.log(`Jobs file and ledgers: ${report.folder}`)
else if (!failed) rmSync(report.folder, { recursive: true })
process.exit(failed ? 1 : 0)
