import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

import { documents, readDocument, repository } from './documents.ts'

/** A document without its blocks of code. */
function proseOf(document: string): string {
  return readDocument(document).replace(/^```[^]*?^```$/gm, '')
}

/** The anchors that GitHub gives to a document's headings. */
function anchorsOf(document: string): string[] {
  const headings = proseOf(document).matchAll(/^#+ (.*)$/gm)
  return [...headings].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  )
}

const links = documents.flatMap((document) =>
  [...proseOf(document).matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => [document, target!] as const),
)

test.each(links.filter(([, target]) => !target.startsWith('https://')))(
  '%s links to %s, which exists',
  (document, target) => {
    const [path, anchor] = target.split('#')
    const file = path === '' ? document : join(dirname(document), path!)
    expect(existsSync(join(repository, file)), file).toBe(true)
    if (anchor !== undefined) expect(anchorsOf(file)).toContain(anchor)
  },
)

test('the index leads to every page of the documentation, and the README to the index', () => {
  const linkedBy = (from: string): string[] =>
    links
      .filter(([document]) => document === from)
      .map(([document, target]) => join(dirname(document), target.split('#')[0]!))
  const pages = documents.filter((document) => document.startsWith('docs/') && document !== 'docs/README.md')
  expect(linkedBy('docs/README.md')).toEqual(expect.arrayContaining(pages))
  expect(linkedBy('README.md')).toContain('docs/README.md')
})

/** Where a path in a text may begin: newcomers read `runs/stop.ts`, not `packages/jobs-core/src/runs/stop.ts`. */
const roots = ['', 'packages', ...readdirSync(join(repository, 'packages')).map((name) => `packages/${name}/src`)]
roots.push('packages/jobs-core/src/events/catalogue')

const paths = ['docs/architecture.md', 'CONTRIBUTING.md'].flatMap((document) =>
  [...proseOf(document).matchAll(/`(?!x\.)([\w./-]+(?:\.ts|\/))`/g)].map(([, path]) => [document, path!] as const),
)

test.each(paths)('%s names %s, which exists', (_document, path) => {
  expect(roots.filter((root) => existsSync(join(repository, root, path)))).not.toEqual([])
})
