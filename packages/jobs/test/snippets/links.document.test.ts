import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { documents, pages, readDocument, repository } from '@cgk-platform/test-kit/documents'
import GithubSlugger from 'github-slugger'
import { describe, expect, test } from 'vitest'

/** Returns a document without its code blocks. */
function proseOf(document: string): string {
  return readDocument(document).replace(/^```[^]*?^```$/gm, '')
}

/** Returns the anchors that GitHub gives to a document's headings. Repeated ones get a number. */
function anchorsOf(document: string): string[] {
  const slugger = new GithubSlugger()
  const headings = proseOf(document).matchAll(/^#+ (.*)$/gm)
  return [...headings].map(([, title]) => slugger.slug(title!))
}

/** Returns the link targets of a document, in Markdown and HTML. Ignores text in backticks. */
function targetsOf(document: string): string[] {
  const text = proseOf(document).replace(/`[^`\n]*`/g, '``')
  const targets = text.matchAll(/\]\(<?([^)>\s]+)>?(?: "[^"]*")?\)|(?:href|src)="([^"]+)"/g)
  return [...targets].map(([, inText, inHtml]) => inText ?? inHtml!)
}

const links = pages.flatMap((document) => targetsOf(document).map((target) => ({ document, target })))
const isOutside = (target: string): boolean => /^[a-z]+:/i.test(target)
const fileOf = (document: string, path: string): string => (path === '' ? document : join(dirname(document), path))

/** Files and folders in the tree, or added to it. A file that a build or a browser leaves behind is on one machine only. */
const inTree = new Set(['.'])
const listed = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
for (const file of execFileSync('git', listed, { cwd: repository, encoding: 'utf8' }).split('\0')) {
  if (!existsSync(join(repository, file))) continue // deleted, not committed yet
  for (let path = file; path !== '.'; path = dirname(path)) inTree.add(path)
}

const anchors = new Map<string, ReadonlySet<string>>()
function hasAnchor(file: string, anchor: string): boolean {
  if (!anchors.has(file)) anchors.set(file, new Set(anchorsOf(file)))
  return anchors.get(file)!.has(anchor)
}

/** Returns the problem with a link into the repository, if it has one. */
function faultOf(document: string, target: string): string | undefined {
  const [path, anchor] = target.split('#')
  const file = fileOf(document, decodeURI(path!))
  if (!inTree.has(file.replace(/\/$/, ''))) return `${target}: the tree has no ${file}`
  if (anchor === undefined || (file.endsWith('.md') && hasAnchor(file, anchor))) return undefined
  return `${target}: ${file} has no heading with this anchor`
}

test.each(pages)('every link and anchor of %s leads somewhere', (page) => {
  const inside = links.filter(({ document, target }) => document === page && !isOutside(target))
  expect(inside.flatMap(({ target }) => faultOf(page, target) ?? [])).toEqual([])
})

test.each(documents)('%s has no two headings of one name below the same heading', (document) => {
  const path: string[] = []
  const titles = [...proseOf(document).matchAll(/^(#+) (.*)$/gm)].map(([, marks, title]) => {
    path.splice(marks!.length - 1, path.length, title!)
    return path.join(' > ')
  })
  expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([])
})

test('the index leads to every page for users, and the README to the index', () => {
  const linkedBy = (from: string): string[] =>
    links.filter(({ document }) => document === from).map(({ target }) => fileOf(from, target.split('#')[0]!))
  const guides = documents.filter((document) => /^docs\/(?!README)[\w-]+\.md$/.test(document))
  expect(linkedBy('docs/README.md')).toEqual(expect.arrayContaining(guides))
  expect(linkedBy('README.md')).toContain('docs/README.md')
})

test('the README leads to every page of the reference and of the examples, in however many steps', () => {
  const reached = new Set(['README.md'])
  for (const document of reached) {
    for (const { target } of links.filter((link) => link.document === document && !isOutside(link.target))) {
      const file = fileOf(document, target.split('#')[0]!)
      if (pages.includes(file)) reached.add(file)
    }
  }
  const wanted = pages.filter((page) => /^(docs|examples)\//.test(page))
  expect(wanted.filter((page) => !reached.has(page))).toEqual([])
})

test('every link out of the repository is to https, and written in one way', () => {
  const outside = [...new Set(links.map(({ target }) => target).filter(isOutside))]
  expect(outside.filter((target) => !target.startsWith('https://'))).toEqual([])
  const plain = outside.map((target) => target.replace(/^https:\/\/(www\.)?/, '').replace(/\/(?=#|$)/, ''))
  expect(plain.filter((target, index) => plain.indexOf(target) !== index)).toEqual([])
})

describe('the documents for those who change the code', () => {
  /** Roots that a path in a document may omit: newcomers read `runs/stop.ts`, not `packages/jobs-core/src/runs/stop.ts`. */
  const roots = ['', 'packages', ...readdirSync(join(repository, 'packages')).map((name) => `packages/${name}/src`)]
  roots.push('packages/jobs-core/src/events/catalogue')

  const paths = ['docs/contributing/architecture.md', 'CONTRIBUTING.md'].flatMap((document) =>
    [...proseOf(document).matchAll(/`(?!x\.)([\w./-]+(?:\.ts|\/))`/g)].map(([, path]) => [document, path!] as const),
  )

  test.each(paths)('%s names %s, which exists', (_document, path) => {
    expect(roots.filter((root) => existsSync(join(repository, root, path)))).not.toEqual([])
  })
})
