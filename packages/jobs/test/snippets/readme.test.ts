import { expect, test } from 'vitest'

import { readDocument } from './documents.ts'
import { rowsOf, sectionOf } from './tables.ts'

// The short table of the README, against the one that the behaviour suite writes.

const engines = ['local (memory)', 'local (SQLite)', 'inngest', 'trigger.dev']
const measured = readDocument('docs/capabilities.md')

/** `yes` or `no` of a feature, without its caveat; a limit as it is. */
function answerOf(cell: string): string {
  return /^(?:\*\*)?(yes|no)\b/.exec(cell)?.[1] ?? cell
}

const answers = new Map(
  [
    ...rowsOf(sectionOf(measured, '## Features'), 'Feature', ...engines),
    ...rowsOf(sectionOf(measured, '## Limits'), 'Limit', ...engines),
  ].map(([name, ...cells]) => [name!, cells.map(answerOf)]),
)

const rows = rowsOf(readDocument('README.md'), '', ...engines)

test('the README has a table of capabilities', () => expect(rows.length).toBeGreaterThan(10))

test.each(rows)('the README says of `%s` what was measured', (name, ...cells) => {
  expect(answers.get(name!)).toEqual(cells)
})
