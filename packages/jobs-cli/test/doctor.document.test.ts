import { readDocument } from '@cgk-platform/test-kit/documents'
import { blocksOf, snippetsOf } from '@cgk-platform/test-kit/extract-snippets'
import { createReaderProject } from '@cgk-platform/test-kit/reader-project'
import { runCommand } from '@cgk-platform/test-kit/run-command'
import { afterAll, beforeAll, expect, test } from 'vitest'

import type { DoctorReport, EngineFacts, Finding, JobFacts, PackageFacts } from '../src/doctor/doctor-report.ts'
import { closedPort } from './closed-port.ts'

// Runs the `doctor` example of docs/cli.md, with an address on which nothing listens.

const document = readDocument('docs/cli.md')
const blocks = blocksOf(document)
const section = document.split(/^## /m).find((text) => text.startsWith('doctor\n'))!
const project = createReaderProject()
let url: string

beforeAll(async () => {
  url = `http://127.0.0.1:${await closedPort()}`
  for (const { file, code } of snippetsOf('docs/cli.md', document)) project.write(file, code)
  const variables = blocks.find(({ code }) => code.startsWith('JOB_PROVIDER='))!
  project.write('.env', variables.code.replace('INNGEST_DEV=1', `INNGEST_DEV=${url}`))
})

afterAll(() => project.remove())

/** Removes versions and ports, which vary. */
function withoutNumbers(text: string): string {
  return text.replaceAll(url, 'http://localhost:8288').replaceAll(/\b\d+\.\d+\.\d+\b/g, 'x.y.z')
}

test('the command prints the output in the guide', async () => {
  const index = blocks.findIndex(({ code }) => code === 'npx @cgk-platform/jobs-cli doctor --env-file .env')
  const { exitCode, stdout } = await runCommand(['doctor', '--env-file', '.env'], project.folder)
  expect(exitCode).toBe(1)
  expect(withoutNumbers(stdout.trimEnd())).toBe(withoutNumbers(blocks[index + 1]!.code))
})

/** Returns the names at the start of the items of the lists in a text. */
function itemsOf(text: string): string[] {
  return [...text.matchAll(/^- `([^`]+)`: /gm)].map(([, name]) => name!)
}

test('the guide lists the options of `--help`', async () => {
  const { stdout } = await runCommand(['doctor', '--help'], project.folder)
  const named = [...stdout.matchAll(/^ {2}(--\S+(?: <[^>]+>)?)/gm)].map(([, option]) => option)
  expect(itemsOf(section).filter((name) => name.startsWith('--'))).toEqual(named)
})

test('the guide lists the fields of the JSON report', async () => {
  const { stdout } = await runCommand(['doctor', '--env-file', '.env', '--json'], project.folder)
  const report = JSON.parse(stdout) as DoctorReport
  const asJson = section.slice(section.indexOf('### As JSON'))
  expect(itemsOf(asJson)).toEqual(Object.keys(report))
  const fields: [string, object][] = [
    ['packages', { name: true, version: true, path: true } satisfies Record<keyof PackageFacts, true>],
    [
      'jobs',
      { id: true, kind: true, event: true, schedule: true, timezone: true, unsupported: true } satisfies Record<
        keyof JobFacts,
        true
      >,
    ],
    ['engine', { ok: true, durationMs: true, checks: true } satisfies Record<keyof EngineFacts, true>],
    ['findings', { check: true, status: true, message: true, remedy: true } satisfies Record<keyof Finding, true>],
  ]
  for (const [field, names] of fields) {
    const item = asJson.split('\n').find((line) => line.startsWith(`- \`${field}\`: `))
    expect(item).toContain(`{ ${Object.keys(names).join(', ')} }`)
  }
})
