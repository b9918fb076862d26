import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { type Block, blocksOf } from '@cgk-platform/test-kit/extract-snippets'
import { createReaderProject, type ReaderProject } from '@cgk-platform/test-kit/reader-project'

/** All blocks of the specification with their headings, verbatim. */
export const blocks: readonly Block[] = blocksOf(readFileSync(join(import.meta.dirname, 'snippets.md'), 'utf8'))

/** Declares what the snippets use but do not declare: the app's functions, and two names from the text. */
const declarations = `
declare function sendOrderConfirmation(orderId: string): Promise<void>
declare function updateInventory(orderId: string): Promise<void>
declare function getAllTenants(): Promise<{ id: string }[]>
declare function generateDailyReport(tenantId: string): Promise<void>
declare const createJobClient: typeof import('@cgk-platform/jobs').createJobClient
type Logger = import('@cgk-platform/jobs').Logger
`

/** The TypeScript blocks. Each becomes a file. */
export const snippets: readonly Block[] = blocks.filter(({ info }) => info === 'typescript')

/** Returns the TypeScript block under the heading that starts with `heading`. */
export function snippetUnder(heading: string): Block {
  const found = snippets.filter(({ headings }) => headings.at(-1)!.startsWith(heading))
  if (found.length !== 1) throw new Error(`Under "${heading}" stand ${found.length} blocks, not one.`)
  return found[0]!
}

/** Returns the file name of a block. */
export function fileOf({ headings }: Block): string {
  return `${headings.at(-1)!.toLowerCase().replace(/\W+/g, '-')}.ts`
}

/** Creates a project with every snippet as a file. */
export function createSpecificationProject(): ReaderProject {
  const project = createReaderProject()
  project.write('declarations.d.ts', declarations)
  for (const block of snippets) project.write(fileOf(block), toProgram(block))
  return project
}

/** Returns a block unchanged. Two blocks that are not complete programs are wrapped in one. */
function toProgram(block: Block): string {
  switch (block.headings.at(-1)) {
    case 'Job Context':
      return `${block.code}\nexport const context: JobContext = {} as import('@cgk-platform/jobs').JobContext`
    case 'Retry Configuration':
      return [
        "import { defineJob, type RetryConfig } from '@cgk-platform/jobs'",
        `const options = (\n${block.code}\n) satisfies { retry: RetryConfig }`,
        "export const job = defineJob({ id: 'retried', event: 'order.created', handler: () => undefined, ...options })",
      ].join('\n')
    default:
      return block.code
  }
}
