import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it, onTestFinished, vi } from 'vitest'

import { commandOf, environment, temporaryFolder } from './demo-process.ts'

it.each(['memory', 'postgres'])('shows the jobs of %s in the dashboard until it is interrupted', async (store) => {
  const folder = temporaryFolder()
  const choice = store === 'memory' ? [] : ['--store', store, '--folder', folder]
  const demo = spawn(process.execPath, commandOf(['--dashboard', ...choice]), { env: environment })
  onTestFinished(() => void demo.kill('SIGKILL'))
  let output = ''
  demo.stdout.on('data', (chunk: Buffer) => (output += String(chunk)))
  demo.stderr.on('data', (chunk: Buffer) => (output += String(chunk)))
  const url = await vi.waitFor(() => /http:\/\/127\.0\.0\.1:\d+\//.exec(output)![0], { timeout: 300_000 })

  const jobs = async (): Promise<readonly unknown[]> => {
    const response = await fetch(`${url}api/jobs?event=order.created`)
    return ((await response.json()) as { jobs: readonly unknown[] }).jobs
  }
  await vi.waitFor(async () => expect((await jobs()).length).toBeGreaterThan(0), { timeout: 300_000, interval: 100 })

  const ended = new Promise((resolve) => void demo.once('exit', resolve))
  demo.kill('SIGINT')
  expect({ exitCode: await ended, output }).toEqual({ exitCode: 0, output: expect.not.stringContaining('rror') })
  expect(existsSync(join(folder, 'postgres/postmaster.pid'))).toBe(false)
})
