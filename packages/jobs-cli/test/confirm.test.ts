import { spawn, spawnSync } from 'node:child_process'
import { commandLine } from '@cgk-platform/test-kit/run-command'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { bareEnvironment } from '../../../vitest.environment.ts'
import { createSeededProject, type SeededProject } from './seeded-project.ts'

// Runs the command on a terminal that `script` of util-linux provides.

const hasTerminal = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0
let project: SeededProject

beforeAll(async () => {
  project = await createSeededProject()
})
afterAll(() => project.remove())

/** Runs a command on a terminal, and presses a key when it asks. */
async function runOnTerminal(command: string, key: string): Promise<{ exitCode: number | null; printed: string }> {
  const line = `stty cols 100 rows 40 && node ${commandLine} ${command} --file jobs.db`
  const child = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
    cwd: project.folder,
    env: { ...bareEnvironment(), SHELL: '/bin/sh', NO_COLOR: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let printed = ''
  let hasAsked = false
  child.stdout.on('data', (chunk) => {
    printed += String(chunk)
    if (hasAsked || !printed.includes('○')) return
    hasAsked = true
    child.stdin.write(key)
  })
  const exitCode = await new Promise<number | null>((resolve) => void child.once('close', resolve))
  return { exitCode, printed }
}

test.skipIf(!hasTerminal)('several jobs change only after a yes on the terminal', async () => {
  const refused = await runOnTerminal('retry --error busy', 'n')
  expect(refused.printed).toContain('Retry 2 jobs?')
  expect(refused.printed).toContain('No job was retried.')
  expect(refused.exitCode).toBe(1)
  expect(await project.json('retry', '--error', 'busy', '--dry-run')).toMatchObject({ matched: 2 })

  const confirmed = await runOnTerminal('retry --error busy', 'y')
  expect(confirmed.printed).toContain('2 jobs retried.')
  expect(confirmed.exitCode).toBe(0)
})

test.skipIf(!hasTerminal)('a pause needs a yes on the terminal', async () => {
  const refused = await runOnTerminal('pause --tenant shop_1', 'n')
  expect(refused.printed).toContain('Pause the tenant `shop_1`?')
  expect(refused.printed).toContain('Nothing was changed.')
  expect(refused.exitCode).toBe(1)
  expect(await project.json('pause')).toEqual([])
})
