import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

import type { Plan } from './plan.ts'
import { writePlan } from './write-plan.ts'

const plan: Plan = {
  changes: [
    { path: 'src/new.ts', contents: 'new', before: undefined, addedLines: [] },
    { path: '.env', contents: 'A=1\nB=2\n', before: 'A=1\n', addedLines: ['B=2'] },
  ],
  existing: [],
  warnings: [],
}

function folder(): string {
  const root = mkdtempSync(join(tmpdir(), 'init-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  return root
}

test('creates folders for new files and writes complete contents', () => {
  const root = folder()
  writeFileSync(join(root, '.env'), 'A=1\n')
  writePlan(root, plan)
  expect(readFileSync(join(root, 'src/new.ts'), 'utf8')).toBe('new')
  expect(readFileSync(join(root, '.env'), 'utf8')).toBe('A=1\nB=2\n')
})

test('writes nothing if a file has changed since the plan was made', () => {
  const root = folder()
  writeFileSync(join(root, '.env'), 'A=3\n')
  expect(() => writePlan(root, plan)).toThrow(expect.objectContaining({ code: 'changed_meanwhile' }))
  expect(readdirSync(root)).toEqual(['.env'])
})
