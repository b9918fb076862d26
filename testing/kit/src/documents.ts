import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The repository's root. */
export const repository: string = join(import.meta.dirname, '../../..')

/** Every document for readers, by its path in the repository. */
export const documents: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  ...globSync('docs/{,contributing/}*.md', { cwd: repository }).toSorted(),
  ...readdirSync(join(repository, 'packages')).map((name) => `packages/${name}/README.md`),
].filter((path) => path.endsWith('.md') && existsSync(join(repository, path)))

/** The documents, and pages without programs to run: those beside the examples, and for contributors. */
export const pages: readonly string[] = [
  ...new Set([
    ...documents,
    ...globSync(['*.md', '.github/*.md', 'examples/*/{*.md,*/*.md}'], {
      cwd: repository,
      exclude: ['**/node_modules'],
    }),
  ]),
]

/** Matches the pages of a hosted engine: its quick start and the pages that continue it. */
const enginePages = /^docs\/(inngest|trigger)(-\w+)?\.md$/

/** Returns the name of the hosted engine that a page is about, such as `inngest`. */
export function engineOfPage(document: string): string | undefined {
  return enginePages.exec(document)?.[1]
}

const pagesOf = (engine: string): string[] => documents.filter((document) => engineOfPage(document) === engine)

/** The documents whose programs need an Inngest server. */
export const documentsOnInngest: readonly string[] = [...pagesOf('inngest'), 'packages/jobs-inngest/README.md']

/** The documents whose programs need a Trigger.dev server and a worker that runs the jobs. */
export const documentsOnTrigger: readonly string[] = [...pagesOf('trigger'), 'packages/jobs-trigger/README.md']

/** A document's text. */
export function readDocument(path: string): string {
  return readFileSync(join(repository, path), 'utf8')
}
