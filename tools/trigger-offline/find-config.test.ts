import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

import { whyNoProject } from './find-config.ts'

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
  'a folder with a `%s` is a project',
  (file) => {
    expect(whyNoProject(folderWith(file))).toBeUndefined()
  },
)

test('of another folder it is said what was looked for, and what is there', () => {
  const folder = folderWith('package.json', 'trigger.cfg.ts')
  expect(whyNoProject(folder)).toMatch(
    /Looked for: trigger\.config, .* \.mjs,.* Found: package\.json, trigger\.cfg\.ts\./,
  )
  expect(whyNoProject(join(folder, 'app'))).toBe(
    `There is no folder ${folder}/app: name that of a Trigger.dev project.`,
  )
})
