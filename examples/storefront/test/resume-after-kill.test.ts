import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { expect, it } from 'vitest'

import { commandOf, demo, environment, temporaryFolder } from './demo-process.ts'

/** Payment requests after which the test kills the demo, when some need a retry and many are still open. */
const killAfter = 100

it.each(['sqlite', 'postgres'])('continues after a kill on %s and gets the same figures', async (store) => {
  const folder = temporaryFolder()
  const args = ['--store', store, '--folder', folder]
  const first = spawn(process.execPath, commandOf(args), { env: environment, stdio: 'ignore' })
  const ended = new Promise((resolve) => void first.once('exit', (_code, signal) => resolve(signal)))
  const books = join(folder, 'gateway.jsonl')
  const requests = (): number => (existsSync(books) ? readFileSync(books, 'utf8').split('\n').length - 1 : 0)
  while (requests() < killAfter && first.exitCode === null) await sleep(1)
  first.kill('SIGKILL')
  expect(await ended).toBe('SIGKILL')

  const { status, stdout } = demo(args)
  expect(stdout).toContain('310 events were sent by a demo in the last 24 hours')
  expect(stdout).toMatch(/^All +281 +12 +56 +258 +£106,709\.17 +29 +£1,866\.33$/m)
  expect(stdout).toContain('Every figure agrees with the file.')
  expect(status).toBe(0)
  expect(existsSync(join(folder, 'postgres/postmaster.pid'))).toBe(false) // the server has stopped
})
