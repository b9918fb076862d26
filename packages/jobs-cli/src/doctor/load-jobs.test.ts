import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'

import { loadJobs } from './load-jobs.ts'

test('gives up on a file whose top-level await takes longer than 30 s', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'waiting-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'waiting.mjs'), 'await new Promise(() => undefined)')
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const loading = loadJobs(['waiting.mjs'], folder)
  await vi.advanceTimersByTimeAsync(30_000)
  expect((await loading).failures).toEqual([
    {
      file: 'waiting.mjs',
      message: 'its import did not end within 30 s',
      remedy: '`doctor` imports the file: it should define jobs and start nothing.',
    },
  ])
})
