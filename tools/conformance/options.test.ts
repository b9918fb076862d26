import { describe, expect, test } from 'vitest'

import { readOptions } from './options.ts'
import { columnNames, targets } from './targets.ts'

const namesOf = (args: readonly string[], environment = {}): unknown => {
  const options = readOptions(args, environment)
  return options.problem ?? options.chosen.map(([{ name }]) => name)
}

describe('the command line of the conformance suite', () => {
  test('chooses every provider, or those that are named', () => {
    expect(namesOf([])).toEqual(columnNames())
    expect(namesOf(['inngest'])).toEqual(['inngest'])
  })

  test('runs the local engine in memory, on a file, and on a file with three workers', () => {
    expect(namesOf(['local'])).toEqual(['local (memory)', 'local (SQLite)', 'local (SQLite, three workers)'])
  })

  test('refuses a provider that does not exist, and names those that do', () => {
    expect(namesOf(['kafka'])).toBe(`There is no provider named kafka. Known are ${Object.keys(targets).join(', ')}.`)
  })

  test('takes the server that the environment names for `--real`, wherever that stands', () => {
    const environment = { INNGEST_BASE_URL: 'http://127.0.0.1:8288' }
    for (const args of [['--real'], ['inngest', '--real'], ['--real', 'inngest']]) {
      expect(readOptions(args, environment)).toMatchObject({ real: true, chosen: [[{ name: 'inngest' }]] })
    }
  })

  test.each([undefined, ''])('says what to set for `--real` where INNGEST_BASE_URL is %j', (value) => {
    expect(namesOf(['inngest', '--real'], { INNGEST_BASE_URL: value })).toMatch(/^Set `INNGEST_BASE_URL` to /)
  })

  test('says what to set for every server where the environment names none', () => {
    expect(namesOf(['--real'])).toMatch(/^Set `INNGEST_BASE_URL` to .*\nSet `TRIGGER_API_URL`/)
  })

  test('takes a Trigger.dev server where all is named that its worker needs, and else says what to set', () => {
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

  test('refuses `--real` for an engine that has no server', () => {
    expect(namesOf(['local', '--real'])).toContain('named local')
  })
})
