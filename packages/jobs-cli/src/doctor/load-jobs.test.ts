import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createJobs, defineJob, type Jobs } from '@cgk-platform/jobs'
import { processJobs } from '@cgk-platform/jobs-core/tools'
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

/** Creates jobs that a file exports under this name. */
function writeJobs(folder: string, name: string): Jobs {
  const jobs = createJobs({ provider: 'local' })
  jobs.defineJob({ id: name, event: 'order.created', handler: () => undefined })
  const globals = globalThis as Record<string, unknown>
  globals[name] = jobs
  onTestFinished(() => void Reflect.deleteProperty(globals, name))
  writeFileSync(join(folder, `${name}.mjs`), `export const jobs = globalThis.${name}`)
  return jobs
}

test('loads the jobs of an exported `createJobs`, but not beside others', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sets-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const shop = writeJobs(folder, 'shop')
  const office = writeJobs(folder, 'office')
  expect(await loadJobs(['shop.mjs'], folder)).toMatchObject({ definitions: shop.definitions, failures: [] })
  expect(await loadJobs(['shop.mjs', 'office.mjs'], folder)).toMatchObject({
    definitions: office.definitions,
    failures: [{ file: 'shop.mjs', remedy: 'Pass it alone: `--jobs <file>`.' }],
  })
  const plain = defineJob({ id: 'plain', event: 'order.created', handler: () => undefined })
  onTestFinished(() => processJobs().remove('plain'))
  expect(await loadJobs(['shop.mjs'], folder)).toMatchObject({ definitions: [plain], failures: [{ file: 'shop.mjs' }] })
})
