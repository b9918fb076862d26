import { rmSync } from 'node:fs'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { execute } from '../check-packages/execute.ts'
import { installBuild, packCommit } from './builds/install-build.ts'
import { runChaos } from './chaos.ts'
import type { Plan } from './plan.ts'
import type { BuildOf } from './process-slot.ts'

// This version and another one, as senders and workers on one file. The other one is the commit in `OTHER_VERSION`, or
// the last release. Before the first release it is this commit, which only shows that the test works.

let build: string
beforeAll(async () => {
  const packed = await packCommit(process.env['OTHER_VERSION'] || (await lastRelease()) || 'HEAD')
  build = await installBuild(packed)
  rmSync(packed, { recursive: true })
})
afterAll(() => rmSync(build, { recursive: true, force: true }))

/** Returns the tag of the last release; empty if there is none. */
async function lastRelease(): Promise<string> {
  const tags = ['tag', '--list', '--sort=-version:refname', '--merged', 'HEAD', '@cgk-platform/jobs@*']
  return (await execute('git', tags, { cwd: import.meta.dirname })).split('\n')[0]!
}

const plan: Plan = {
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
