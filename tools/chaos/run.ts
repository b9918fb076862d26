// Sends from several processes, kills and pauses them at random, fills the disk; then checks what became of every job:
// `./dev chaos --minutes 5 --seed 7`.
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

console.error(`Chaos for ${plan.durationMs / 1000} s with seed ${plan.seed}`)
const report = await runChaos(plan, { plant: options.plant })
console.log([...renderFigures(report), ...renderFindings(report, options.plant)].join('\n'))
const failed = report.verdict.findings.length > 0
if (options.keeps) console.log(`The jobs' file and the ledgers are kept in ${report.folder}`)
else if (!failed) rmSync(report.folder, { recursive: true })
process.exit(failed ? 1 : 0)
