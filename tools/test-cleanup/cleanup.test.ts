import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, test } from 'vitest'

const setupModule = join(import.meta.dirname, '../../vitest.cleanup.ts')

/** Starts a test run with a detached process that ignores all signals but SIGKILL, and a folder outside `TMPDIR`. */
function startRun(folder: string): ChildProcess {
  const run = `
    const { setup, removeAfterRun } = await import(${JSON.stringify(setupModule)})
    setup()
    removeAfterRun(${JSON.stringify(folder)})
    const { spawn } = await import('node:child_process')
    const left = spawn('sh', ['-c', 'trap "" TERM INT HUP; while :; do sleep 60; done'], { detached: true, stdio: 'ignore' })
    console.log(JSON.stringify({ temporary: process.env.TMPDIR, pid: left.pid }))
    setInterval(() => undefined, 60_000)
  `
  return spawn(process.execPath, ['--no-warnings', '--input-type=module', '--eval', run])
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test.runIf(process.platform === 'linux').each(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)(
  'a test run that ends by %s leaves no process and no file',
  async (signal) => {
    const folder = mkdtempSync(join(tmpdir(), 'elsewhere-'))
    const run = startRun(folder)
    const [line] = (await once(run.stdout!, 'data')) as [Buffer]
    const { temporary, pid } = JSON.parse(String(line)) as { temporary: string; pid: number }
    expect([existsSync(temporary), isRunning(pid)]).toEqual([true, true])
    run.kill(signal)
    await expect.poll(() => [existsSync(temporary), existsSync(folder), isRunning(pid)]).toEqual([false, false, false])
  },
)
