import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from '@cgk-platform/test-kit/documents'
import { runCommand } from '@cgk-platform/test-kit/run-command'
import { describe, expect, test } from 'vitest'

const run = (...args: string[]) => runCommand(args, repository)
const manifest = JSON.parse(readFileSync(join(repository, 'packages/jobs-cli/package.json'), 'utf8')) as {
  version: string
}

describe.concurrent('the command', () => {
  test('prints the version of the package', async () => {
    expect(await run('--version')).toEqual({ exitCode: 0, stdout: `${manifest.version}\n`, stderr: '' })
  })

  test('lists its commands with `--help`', async () => {
    const { exitCode, stdout } = await run('--help')
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^ {2}doctor /m)
    expect(stdout).toMatch(/^ {2}init /m)
  })

  test('lists the options of a command', async () => {
    const { exitCode, stdout } = await run('doctor', '--help')
    expect(exitCode).toBe(0)
    expect(stdout).toContain('--json')
  })

  test.each<[what: string, args: string[], hint: RegExp]>([
    ['no command', [], /^Usage: npx @cgk-platform\/jobs-cli /],
    [
      'an unknown command',
      ['docter'],
      /unknown command 'docter'\n\(Did you mean doctor\?\)\nRun `npx @cgk-platform\/jobs-cli --help`/,
    ],
    [
      'an unknown option',
      ['doctor', '--jason'],
      /unknown option '--jason'\n\(Did you mean --json\?\)\nRun `npx @cgk-platform\/jobs-cli doctor --help`/,
    ],
    ['an extra argument', ['doctor', 'now'], /too many arguments/],
    ['an unknown engine', ['doctor', '--provider', 'sqs'], /Allowed choices are trigger\.dev, inngest/],
    ['an option without its value', ['doctor', '--jobs'], /argument missing/],
  ])('exits with 2 and a hint for %s', async (_what, args, hint) => {
    const { exitCode, stdout, stderr } = await run(...args)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toMatch(hint)
  })
})
