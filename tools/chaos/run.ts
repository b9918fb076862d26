// Sends jobs from several processes, kills and pauses them at random, and lets the store fail. Then checks the outcome of
// every job: `./dev chaos --minutes 5 --seed 7`.
import { rmSync } from 'node:fs'

import { runChaos } from './chaos.ts'
import { installBuild } from './builds/install-build.ts'
import { readOptions } from './options.ts'
import { drawPlan } from './plan.ts'
import type { BuildOf } from './process-slot.ts'
import { renderPlan } from './render-plan.ts'
import { renderFigures, renderFindings } from './render-report.ts'

const options = readOptions(process.argv.slice(2), String(Date.now() % 1_000_000))
if (options.problem !== undefined) {
  console.error(options.problem)
  process.exit(2)
}

const plan = drawPlan(options.seed, options.durationMs, options.engine)
if (options.planOnly) {
  console.log(renderPlan(plan).join('\n'))
  process.exit(0)
}

console.error(`Running chaos on the ${plan.engine} engine for ${plan.durationMs / 1000} s with seed ${plan.seed}`)
const build = options.packed === undefined ? undefined : await installBuild(options.packed)
// A slot changes between the two versions each time that it starts a process.
const buildOf: BuildOf = (slot, started) => ((Number(slot.slice(1)) + started) % 2 === 0 ? build : undefined)
const report = await runChaos(plan, { bug: options.bug, buildOf })
if (build !== undefined) rmSync(build, { recursive: true })
console.log([...renderFigures(report), ...renderFindings(report, options.bug)].join('\n'))
const failed = report.verdict.findings.length > 0
if (options.keepFiles) console.log(`Files of the store and ledgers: ${report.folder}`)
else if (!failed) rmSync(report.folder, { recursive: true })
process.exit(failed ? 1 : 0)
