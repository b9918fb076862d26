import { afterAll, beforeAll, expect, test } from 'vitest'

import { runInShell } from './run-in-shell.ts'
import { createSeededProject, type SeededProject } from './seeded-project.ts'

let project: SeededProject

beforeAll(async () => {
  project = await createSeededProject()
})
afterAll(() => project.remove())

// `true` closes the pipe before the command prints.
test.each(['list --all', 'list --all --json', 'stats', 'workers --json', 'cron --jobs jobs.ts', 'tail'])(
  'a reader that closes the pipe ends `%s` quietly',
  async (command) => {
    const { exitCode, stderr } = await runInShell(`cgk-jobs ${command} --file jobs.db | true`, project.folder)
    expect({ exitCode, stderr: stderr.replace('a line that a module prints\n', '') }).toEqual({
      exitCode: 0,
      stderr: '',
    })
  },
)

test('a reader that closes the pipe ends `doctor` and `--help` quietly', async () => {
  for (const command of ['doctor --jobs jobs.ts', '--help', 'completion bash']) {
    const { exitCode, stderr } = await runInShell(`cgk-jobs ${command} | true`, project.folder)
    expect({ exitCode, stderr: stderr.replace('a line that a module prints\n', '') }).toEqual({
      exitCode: 0,
      stderr: '',
    })
  }
})

test('a change ends without a reader of its remarks', async () => {
  const { exitCode, stderr } = await runInShell(
    'cgk-jobs retry --file jobs.db --error busy --yes 2>&1 >/dev/null | true; cgk-jobs list --file jobs.db --state failed',
    project.folder,
  )
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: 'No jobs match.\n' })
})

test('a file with jobs that ends the process is still reported', async () => {
  const { exitCode, stderr } = await runInShell(
    `echo 'process.exit(0)' > ending.ts; cgk-jobs list --file jobs.db --jobs ending.ts | cat`,
    project.folder,
  )
  expect(exitCode).toBe(1)
  expect(stderr).toContain('error: a file with jobs ended the process.')
})
