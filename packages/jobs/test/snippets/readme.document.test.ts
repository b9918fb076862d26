import { readDocument } from '@cgk-platform/test-kit/documents'
import { rowsOf } from '@cgk-platform/test-kit/tables'
import { expect, test } from 'vitest'

// Compares the short table of the README with the generated one.

const titles = ['Feature', 'Memory', 'SQLite', 'PostgreSQL', 'Inngest', 'Trigger.dev']

/** Returns `yes`, `no` or `partly` without the link to a note or the number of a footnote. */
function answerOf(cell: string): string {
  return cell.match(/^\[?([a-z]*)/)![1]!
}

const answers = new Map(
  rowsOf(readDocument('docs/capabilities.md'), ...titles).map(([name, ...cells]) => [name!, cells.map(answerOf)]),
)

const rows = rowsOf(readDocument('README.md'), ...titles)

test('the README has a table of capabilities', () => expect(rows.length).toBeGreaterThan(5))

test.each(rows)('the README agrees with docs/capabilities.md on `%s`', (name, ...cells) => {
  expect(cells.map(answerOf)).toEqual(answers.get(name!))
})
