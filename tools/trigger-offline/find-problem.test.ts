import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

import { findProblem } from './find-problem.ts'

function folderWith(...files: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'project-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), '')
  }
  return folder
}

test.each(['trigger.config.ts', 'trigger.config.mjs', '.config/trigger.config.mts', '.config/trigger.js'])(
  'accepts a folder with `%s`',
  (file) => {
    expect(findProblem(folderWith(file))).toBeUndefined()
  },
)

test('rejects another folder, and lists the expected and the existing files', () => {
  const folder = folderWith('package.json', 'trigger.cfg.ts')
  expect(findProblem(folder)).toMatch(
    /Looked for: trigger\.config, .* \.mjs,.* Found: package\.json, trigger\.cfg\.ts\./,
  )
  expect(findProblem(join(folder, 'app'))).toBe(
    `The folder ${folder}/app does not exist. Pass the folder of a Trigger.dev project.`,
  )
})
