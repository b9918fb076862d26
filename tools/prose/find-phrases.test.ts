import { expect, test } from 'vitest'

import { findPhrases } from './find-phrases.ts'

async function found(text: string, path: string): Promise<string[]> {
  return (await findPhrases(text, path)).map(({ line, message }) => `${line} ${message.split(':')[0]}`)
}

test('finds phrases in the comments and strings of TypeScript, also across lines', async () => {
  const source = [
    'const undo = 1 // an identifier is not prose',
    '/** Returns a job that is waited',
    ' * for. */',
    "test('tries it anew', () => `${undo} is no array`)",
    '/** What the job returned. */',
  ].join('\n')
  expect(await found(source, 'a.ts')).toEqual(['2 "is waited for"', '4 "anew"', '4 "is no array"', '5 "What"'])
})

test('finds phrases in paragraphs, headings and tables of Markdown, and none in code', async () => {
  const page = [
    '# Undo a step',
    '',
    'A run that is under',
    'way.',
    '',
    '| a |',
    '| - |',
    '| in vain |',
    '',
    '`undo`',
    '',
  ].join('\n')
  expect(await found(page, 'a.md')).toEqual(['1 "Undo"', '3 "under way"', '8 "in vain"'])
})
