import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'

import { loadJobs } from './load-jobs.ts'

test('a file that waits at its top level is given up after 30 s', async () => {
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
      message: 'its import has not ended within 30 s',
      remedy: 'The file is imported here as it is: it should define jobs and start nothing.',
    },
  ])
})
