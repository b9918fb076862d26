import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

import { expect, test } from 'vitest'

import { loadSqlite } from '../../src/store/sqlite/file/load-sqlite.ts'

test('a Node without `node:sqlite` gets an error with a remedy', ({ onTestFinished }) => {
  const { getBuiltinModule } = process
  onTestFinished(() => {
    process.getBuiltinModule = getBuiltinModule
  })
  const expected = expect.objectContaining({
    code: 'store',
    problem: 'no node:sqlite',
    message: expect.stringMatching(
      /`\.\/jobs\.db` needs `node:sqlite`, which Node .* does not have\. Use Node 22\.13 or later/,
    ),
  })
  process.getBuiltinModule = (() => undefined) as typeof getBuiltinModule
  expect(() => loadSqlite('./jobs.db')).toThrow(expected as Error)
  // As before Node 20.16.
  Reflect.deleteProperty(process, 'getBuiltinModule')
  expect(() => loadSqlite('./jobs.db')).toThrow(expected as Error)
})

test('an older Node behaves as the check expects', ({ skip }) => {
  const older = olderNode()
  if (!older) return skip('no Node of before 22 is on the path')
  expect(run(older, ['--eval', 'console.log(process.getBuiltinModule?.("node:sqlite"))'])).toBe('undefined')
})

function olderNode(): string | undefined {
  const found = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'node'))
  return found.filter(existsSync).find((node) => Number(/^v(\d+)/.exec(run(node, ['--version']))?.[1]) < 22)
}

function run(node: string, args: readonly string[]): string {
  return String(spawnSync(node, args).stdout).trim()
}
