import { PassThrough } from 'node:stream'
import { WriteStream } from 'node:tty'
import { stripVTControlCharacters } from 'node:util'
import { afterEach, expect, test, vi } from 'vitest'

import type { DoctorReport, Finding } from './doctor-report.ts'
import { renderText } from './render-text.ts'

afterEach(() => vi.unstubAllEnvs())

const ok: Finding = { check: 'provider', status: 'ok', message: '`local`' }
const warning: Finding = { check: 'variables', status: 'warning', message: 'one is empty', remedy: 'Set it.' }
const unknown: Finding = { check: 'engine', status: 'unknown', message: 'whether it is up' }
const problem: Finding = { check: 'engine', status: 'problem', message: 'is away', remedy: 'Start it.' }

/** Creates a stream that may be a terminal. */
function streamOf(isTTY: boolean): NodeJS.WriteStream {
  const { getColorDepth } = WriteStream.prototype // it reads the environment
  return Object.assign(new PassThrough(), { isTTY, getColorDepth }) as unknown as NodeJS.WriteStream
}

function render(findings: readonly Finding[], isTTY = false): string {
  return renderText({ findings } as DoctorReport, streamOf(isTTY))
}

test('renders a finding as a line with its remedy below', () => {
  expect(render([ok, warning, problem])).toBe(`ok       provider   \`local\`
warning  variables  one is empty
                    Set it.
problem  engine     is away
                    Start it.

1 problem, 1 warning.
`)
})

test.each<[findings: Finding[], summary: string]>([
  [[ok], 'No problems.'],
  [[ok, unknown], 'No problems in the completed checks.'],
  [[unknown, warning], 'No problems in the completed checks, 1 warning.'],
  [[unknown, problem], '1 problem.'],
  [[ok, warning], 'No problems, 1 warning.'],
  [[warning, warning], 'No problems, 2 warnings.'],
  [[problem, problem], '2 problems.'],
])('the last line is a summary: %#', (findings, summary) => {
  expect(render(findings).trimEnd().split('\n').at(-1)).toBe(summary)
})

test('colors the text on a terminal, unless `NO_COLOR` is set', () => {
  for (const name of ['NO_COLOR', 'NODE_DISABLE_COLORS', 'FORCE_COLOR']) vi.stubEnv(name, undefined)
  vi.stubEnv('TERM', 'xterm-256color')
  vi.stubEnv('CI', undefined) // Node turns colors off for an unknown CI
  const colored = render([problem], true)
  expect(colored).not.toBe(render([problem]))
  expect(stripVTControlCharacters(colored)).toBe(render([problem]))
  vi.stubEnv('NO_COLOR', '1')
  expect(render([problem], true)).toBe(render([problem]))
})
