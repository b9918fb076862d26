import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { documents, readDocument, repository } from '@cgk-platform/test-kit/documents'
import { type Excerpt, excerptsOf } from '@cgk-platform/test-kit/extract-snippets'
import { createReaderProject } from '@cgk-platform/test-kit/reader-project'
import { afterAll, expect, test } from 'vitest'

const excerpts = documents.flatMap((document) => excerptsOf(document, readDocument(document)))
const cases = excerpts.map((excerpt) => [`${excerpt.document}:${excerpt.line}`, excerpt.path, excerpt] as const)
const project = createReaderProject()
afterAll(() => project.remove())

/** Returns the lines without indentation, because excerpts are shown without it. */
function linesOf(code: string): string {
  return code
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
}

/** Splits an excerpt at `// …`, which stands for omitted lines. */
function partsOf({ code }: Excerpt): string[] {
  return code.split(/^\s*\/\/ …\n/m).map((part) => linesOf(part.trimEnd()))
}

test.each(cases)('%s shows what stands in %s', (_title, path, excerpt) => {
  const file = linesOf(readFileSync(join(repository, path), 'utf8'))
  for (const part of partsOf(excerpt)) expect(file).toContain(part)
})

test.each(cases.filter(([, , { prints }]) => prints !== undefined))(
  '%s prints what it says: %s',
  async (_title, path, { prints }) => {
    const { exitCode, stdout, stderr } = await project.run(join(repository, path))
    expect({ exitCode, stdout: stdout.trimEnd() }, stderr).toEqual({ exitCode: 0, stdout: prints })
  },
)
