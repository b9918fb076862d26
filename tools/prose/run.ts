// Checks the words of guides, comments, errors, logs and test names against the vocabulary. Usage: run.ts [path…]
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { findPhrases } from './find-phrases.ts'

const root = join(import.meta.dirname, '../..')

/** This folder quotes what is not allowed. */
const exempt = /\/api-report\/|CHANGELOG\.md$|^tools\/prose\//

const listed = execFileSync('git', ['ls-files', '--', ...process.argv.slice(2)], { cwd: root, encoding: 'utf8' })
const paths = listed.split('\n').filter((path) => /\.(?:md|m?ts|tsx)$/.test(path) && !exempt.test(path))

let count = 0
for (const path of paths) {
  for (const { line, column, message } of await findPhrases(readFileSync(join(root, path), 'utf8'), path)) {
    console.log(`${path}:${line}:${column} ${message}`)
    count++
  }
}
if (count > 0) {
  console.error(
    `\nprose: ${count} phrases to rewrite. docs/contributing/glossary.md has the terms, tools/prose/vocabulary.ts the rules.`,
  )
  process.exitCode = 1
}
