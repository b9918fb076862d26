import { runCommand } from '@cgk-platform/test-kit/run-command'
import { expect, test } from 'vitest'

import { createSeededProject } from './seeded-project.ts'

test('`tenant export` prints a job on each line; `tenant erase` asks, deletes them, and finds nothing again', async ({
  onTestFinished,
}) => {
  const project = await createSeededProject()
  onTestFinished(() => project.remove())
  const tenant = (...words: string[]) => runCommand(['tenant', ...words, '--file', 'jobs.db'], project.folder)
  const exportJobs = async () => {
    const { stdout, exitCode } = await tenant('export', 'shop_1')
    expect(exitCode).toBe(0)
    return stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { id: string })
  }
  const jobs = await exportJobs()
  expect(jobs.length).toBeGreaterThan(1)
  for (const job of jobs) expect(job).toMatchObject({ tenantId: 'shop_1', payload: { tenantId: 'shop_1' } })
  const others = await tenant('export', 'shop_2')

  const refused = await tenant('erase', 'shop_1')
  expect(refused).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining('Add `--yes`.') })
  expect(await exportJobs()).toEqual(jobs)
  const erased = JSON.parse((await tenant('erase', 'shop_1', '--yes', '--json')).stdout) as object
  expect(erased).toMatchObject({ erased: jobs.length, left: 0, kept: [], isComplete: true })
  expect(await exportJobs()).toEqual([])
  const { stdout } = await project.run('list', '--all', '--json')
  expect(stdout).toContain('shop_2')
  for (const erasedText of ['shop_1', ...jobs.map(({ id }) => id)]) expect(stdout).not.toContain(erasedText)
  expect(await tenant('erase', 'shop_1', '--yes')).toMatchObject({
    exitCode: 0,
    stdout: '0 jobs cancelled, 0 erased, 0 left.\n',
  })
  expect(await tenant('export', 'shop_2')).toEqual(others)
})
