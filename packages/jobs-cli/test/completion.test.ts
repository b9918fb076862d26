import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createReaderProject } from '@cgk-platform/test-kit/reader-project'
import { commandLine, runCommand } from '@cgk-platform/test-kit/run-command'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const project = createReaderProject()
const run = promisify(execFile)

beforeAll(() => {
  project.write(
    'jobs.ts',
    [
      "import { defineCronJob } from '@cgk-platform/jobs'",
      "console.log('a line that a module prints')",
      "for (const id of ['nightly', 'night-watch', 'weekly']) {",
      "  defineCronJob({ id, schedule: '0 3 * * *', handler: async () => undefined })",
      '}',
    ].join('\n'),
  )
  mkdirSync(join(project.folder, 'bin'))
  const binary = join(project.folder, 'bin/cgk-jobs')
  writeFileSync(binary, `#!/bin/sh\nexec node ${commandLine} "$@"\n`)
  chmodSync(binary, 0o755)
})
afterAll(() => project.remove())

async function complete(...words: string[]): Promise<string[]> {
  const { stdout } = await runCommand(['complete', '--', ...words], project.folder)
  return stdout.split('\n').filter((line) => line !== '')
}

describe.concurrent('candidates', () => {
  test.each<[what: string, words: string[], candidates: string[]]>([
    ['commands', ['re'], ['retry', 'resume']],
    ['commands of a command', ['cron', ''], ['list', 'run', 'help']],
    ['options', ['stats', '--de'], ['--definition']],
    ['choices of an argument', ['completion', ''], ['bash', 'zsh', 'fish']],
    ['choices of an option', ['list', '--provider', 't'], ['trigger.dev']],
    ['states', ['list', '--state', 'c'], ['completed', 'cancelled']],
    ['a further state', ['list', '--state', 'failed,ru'], ['failed,running']],
    ['definitions', ['list', '--state', 'failed', '--definition', 'night'], ['nightly', 'night-watch']],
    ['a cron job to run', ['cron', 'run', 'w'], ['weekly']],
    ['a cron job after options', ['cron', 'run', '--jobs', 'jobs.ts', '--yes', 'w'], ['weekly']],
    ['options after a value that is the name of a command', ['stats', '--tenant', 'cron', '--de'], ['--definition']],
    ['nothing for a file', ['list', '--jobs', ''], []],
    ['nothing for an id of a job', ['show', ''], []],
    ['nothing for free text', ['list', '--error', ''], []],
  ])('are %s', async (_what, words, candidates) => {
    expect(await complete(...words)).toEqual(candidates)
  })
})

test('bash completes with the script', async () => {
  const steps = [
    'source <(cgk-jobs completion bash)',
    'COMP_WORDS=(cgk-jobs cron run n) COMP_CWORD=3',
    '_cgk_jobs',
    String.raw`printf '%s\n' "${'$'}{COMPREPLY[@]}"`,
    'complete -p cgk-jobs',
  ]
  const env = { ...process.env, PATH: `${join(project.folder, 'bin')}:${process.env['PATH']}` }
  const { stdout } = await run('bash', ['-c', steps.join('\n')], { cwd: project.folder, env })
  expect(stdout).toBe('nightly\nnight-watch\ncomplete -o default -F _cgk_jobs cgk-jobs\n')
})

test.each(['zsh', 'fish'])('there is a script for %s', async (shell) => {
  const { stdout, exitCode } = await runCommand(['completion', shell], project.folder)
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(/cgk-jobs complete -- /)
})
