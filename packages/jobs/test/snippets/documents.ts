import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The repository's root. */
export const repository: string = join(import.meta.dirname, '../../../..')

/** Every document for readers, by its path in the repository. */
export const documents: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(repository, 'docs')).map((name) => `docs/${name}`),
  ...readdirSync(join(repository, 'packages')).map((name) => `packages/${name}/README.md`),
].filter((path) => path.endsWith('.md') && existsSync(join(repository, path)))

/** The documents, and the pages beside the examples, which have no programs to run. */
export const pages: readonly string[] = [
  ...documents,
  ...globSync('examples/*/{*.md,*/*.md}', { cwd: repository, exclude: ['**/node_modules'] }),
]

/** Those whose programs need an Inngest. */
export const documentsOnInngest: readonly string[] = ['docs/inngest.md', 'packages/jobs-inngest/README.md']

/** Those whose programs need a Trigger.dev, with a worker that runs the jobs. */
export const documentsOnTrigger: readonly string[] = ['docs/trigger.md', 'packages/jobs-trigger/README.md']

/** A document's text. */
export function readDocument(path: string): string {
  return readFileSync(join(repository, path), 'utf8')
}
