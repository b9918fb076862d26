import { describe, expect, test } from 'vitest'

import { readOptions } from './options.ts'
import { columnNames, targets } from './targets.ts'

const namesOf = (args: readonly string[], environment = {}): unknown => {
  const options = readOptions(args, environment)
  return options.problem ?? options.chosen.map(([{ name }]) => name)
}

describe('the command line of the conformance suite', () => {
  test('chooses every provider, or the named ones', () => {
    expect(namesOf([])).toEqual(columnNames())
    expect(namesOf(['inngest'])).toEqual(['inngest'])
  })

  test('runs the local engine in memory, on a file, and on a file with three workers', () => {
    expect(namesOf(['local'])).toEqual(['local (memory)', 'local (SQLite)', 'local (SQLite, three workers)'])
  })

  test('rejects an unknown provider and lists the known ones', () => {
    expect(namesOf(['kafka'])).toBe(`Unknown provider: kafka. Known: ${Object.keys(targets).join(', ')}.`)
  })

  test('chooses nothing to run with `--render`', () => {
    expect(namesOf(['--render'])).toEqual([])
    expect(namesOf(['--render', 'local'])).toMatch(/^`--render` runs nothing/)
  })

  test('uses the server that the environment names for `--real`, in any position', () => {
    const environment = { INNGEST_BASE_URL: 'http://127.0.0.1:8288' }
    for (const args of [['--real'], ['inngest', '--real'], ['--real', 'inngest']]) {
      expect(readOptions(args, environment)).toMatchObject({ real: true, chosen: [[{ name: 'inngest' }]] })
    }
  })

  test.each([undefined, ''])('explains what to set for `--real` if INNGEST_BASE_URL is %j', (value) => {
    expect(namesOf(['inngest', '--real'], { INNGEST_BASE_URL: value })).toMatch(/^Set `INNGEST_BASE_URL` to /)
  })

  test('explains what to set for every server if the environment names none', () => {
    expect(namesOf(['--real'])).toMatch(/^Set `INNGEST_BASE_URL` to .*\nSet `TRIGGER_API_URL`/)
  })

  test('uses a Trigger.dev server if every variable of its worker is set, and otherwise explains what to set', () => {
    const environment = {
      TRIGGER_API_URL: 'http://127.0.0.1:3040',
      TRIGGER_SECRET_KEY: 'tr_dev_1',
      TRIGGER_ACCESS_TOKEN: 'tr_pat_1',
      TRIGGER_PROJECT_REF: 'proj_1',
    }
    expect(readOptions(['trigger.dev', '--real'], environment)).toMatchObject({ chosen: [[{ name: 'trigger.dev' }]] })
    for (const missing of Object.keys(environment)) {
      const problem = namesOf(['trigger.dev', '--real'], { ...environment, [missing]: '' })
      expect(problem).toMatch(/^Set `TRIGGER_API_URL`/)
      expect(problem).toContain(missing)
    }
  })

  test('rejects `--real` for an engine without a server', () => {
    expect(namesOf(['local', '--real'])).toMatch(/^Unknown server: local\./)
  })
})
