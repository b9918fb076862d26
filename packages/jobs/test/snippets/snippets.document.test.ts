import { documents, documentsOnInngest, documentsOnTrigger, readDocument } from '@cgk-platform/test-kit/documents'
import { blocksOf, fileOf, type Snippet, snippetsOf } from '@cgk-platform/test-kit/extract-snippets'
import { createReaderProject, recommendedOptions } from '@cgk-platform/test-kit/reader-project'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const snippets = documents.flatMap((document) => snippetsOf(document, readDocument(document)))
const project = createReaderProject()
let compilerLines: string[] = []

beforeAll(async () => {
  for (const snippet of snippets) project.write(fileOf(snippet), snippet.code)
  compilerLines = await project.compile()
})

afterAll(() => project.remove())

function titleOf({ document, line }: Snippet): string {
  return `${document}:${line}`
}

const onOtherEngines = [...documentsOnInngest, ...documentsOnTrigger]
const cases = snippets.map((snippet) => [titleOf(snippet), snippet] as const)

test('the documents have snippets, and no two of a document are the same file', () => {
  expect(snippets.length).toBeGreaterThan(20)
  expect(new Set(snippets.map(fileOf)).size).toBe(snippets.length)
})

test('they are compiled with the options that docs/first-job.md recommends', () => {
  const files = blocksOf(readDocument('docs/first-job.md')).filter(({ info }) => info === 'json')
  expect(files.map(({ code }) => JSON.parse(code) as object)).toContainEqual({ compilerOptions: recommendedOptions })
})

test('everything but the snippets compiles', () => {
  const files = snippets.map(fileOf)
  expect(compilerLines.filter((line) => !files.some((file) => line.startsWith(`${file}(`)))).toEqual([])
})

test.each(cases)('%s compiles under strict TypeScript', (_title, snippet) => {
  expect(compilerLines.filter((line) => line.startsWith(`${fileOf(snippet)}(`))).toEqual([])
})

describe.concurrent('run', () => {
  test.each(cases.filter(([, { runs, document }]) => runs && !onOtherEngines.includes(document)))(
    '%s runs on the local engine and ends by itself',
    async (_title, snippet) => {
      const { exitCode, stdout, stderr } = await project.run(fileOf(snippet))
      expect(exitCode, stdout + stderr).toBe(0)
      if (snippet.prints !== undefined) expect(stdout.trimEnd()).toBe(snippet.prints)
    },
  )
})

test('only these snippets are not run', () => {
  // Two processes, and a backup of the file that they share.
  const local = snippets.filter(({ document, runs }) => document === 'docs/local-in-production.md' && !runs).map(fileOf)
  expect(local).toHaveLength(3)
  expect(snippets.filter(({ runs }) => !runs).map(fileOf)).toEqual([
    'docs-cli/trigger/orders.ts', // what `codemod` converts
    'docs-from-bullmq/bullmq-version.ts', // on the SDKs of others, which need a server
    'docs-from-bullmq/forward.ts',
    'docs-from-graphile-worker/graphile-version.ts',
    'docs-from-graphile-worker/forward.ts',
    'docs-from-inngest/inngest-version.ts',
    'docs-from-inngest/inngest-steps.ts',
    'docs-from-inngest/serve-both.ts',
    'docs-from-pg-boss/pg-boss-version.ts',
    'docs-from-pg-boss/forward.ts',
    'docs-from-trigger/trigger-version.ts',
    'docs-from-trigger/trigger-wait.ts',
    'docs-from-trigger/trigger/forward.ts',
    'docs-inngest/app/api/inngest/route.ts',
    'docs-inngest/worker.ts', // runs the jobs of the others in `inngest.test.ts`
    'docs-inngest/serve-jobs.ts', // likewise
    ...local,
    'docs-postgres/with-pg.ts', // needs a server
    'docs-trigger/trigger/tasks.ts', // runs the jobs of the others in `trigger.test.ts`
    'docs-trigger/trigger.config.ts',
  ])
})
