import { rmSync } from 'node:fs'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { installOtherVersion } from './builds/other-version.ts'
import { runChaos } from './chaos.ts'
import type { Plan } from './plan.ts'
import type { BuildOf } from './process-slot.ts'

// This version and another one, as senders and workers on one file.

let build: string
beforeAll(async () => {
  build = await installOtherVersion()
})
afterAll(() => rmSync(build, { recursive: true, force: true }))

const plan: Plan = {
  engine: 'local',
  clocksAheadMs: {},
  seed: 'two versions',
  durationMs: 60_000,
  processFaults: {
    w1: [{ kind: 'kill', duringStartup: false, afterMs: 2000, downMs: 50 }],
    w2: [{ kind: 'kill', duringStartup: false, afterMs: 4000, downMs: 50 }],
    s1: [{ kind: 'kill', duringStartup: false, afterMs: 3000, downMs: 50 }],
    s2: [],
  },
  sharedFaults: [{ kind: 'poison', atMs: 1000, job: 'flow', by: 'process.exit', workMs: 100 }],
  loads: [{ kind: 'held lane', atMs: 400, waiting: 100, workMs: 2000 }],
}

const other: [title: string, isOther: (slot: string, started: number) => boolean][] = [
  ['senders of the other version with workers of this one', (slot) => slot.startsWith('s')],
  ['senders of this version with workers of the other one', (slot) => slot.startsWith('w')],
  ['processes of both', (slot, started) => (Number(slot.slice(1)) + started) % 2 === 0],
]

test.each(other)('%s lose no job and repeat none', async (_title, isOther) => {
  const buildOf: BuildOf = (slot, started) => (isOther(slot, started) ? build : undefined)
  const { verdict, folder } = await runChaos(plan, { buildOf })
  expect(verdict.findings).toEqual([])
  rmSync(folder, { recursive: true })
})
