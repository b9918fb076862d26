import { basename } from 'node:path'

import { engineOfPage } from './documents.ts'

/** A fenced block of a Markdown text. */
export interface Block {
  /** The nearest headings above it, outermost first. */
  readonly headings: readonly string[]
  /** `ts`, `sh` and so on, with whatever follows it on the fence. */
  readonly info: string
  readonly code: string
  /** Where its code begins, counted from 1. */
  readonly line: number
  /** True where nothing but blank lines stands between it and the block before. */
  readonly follows: boolean
}

/** The fenced blocks of a Markdown text, in order. @throws when a fence is left open. */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = []
  const headings: string[] = []
  let open: { info: string; line: number; lines: string[] } | undefined
  let textSinceBlock = true
  for (const [index, line] of markdown.split('\n').entries()) {
    const fence = /^```(.*)$/.exec(line)
    if (open && fence) {
      blocks.push({
        headings: [...headings],
        info: open.info,
        code: open.lines.join('\n'),
        line: open.line,
        follows: !textSinceBlock,
      })
      open = undefined
      textSinceBlock = false
    } else if (open) open.lines.push(line)
    else if (fence) open = { info: fence[1]!.trim(), line: index + 2, lines: [] }
    else if (line.trim() !== '') {
      textSinceBlock = true
      const heading = /^(#+) (.*)$/.exec(line)
      if (heading) headings.splice(heading[1]!.length - 1, headings.length, heading[2]!)
    }
  }
  if (open) throw new Error(`The block at line ${open.line} is not closed.`)
  return blocks
}

/** A block of TypeScript, as the documents use them. */
export interface Snippet {
  readonly document: string
  /** The file that it becomes: the one that its first line names (`// jobs.ts`), or one named after its line. */
  readonly file: string
  readonly code: string
  readonly line: number
  /** False for `ts no-run`: nothing would be seen, or it would not end. */
  readonly runs: boolean
  /** What it prints, where a `text` block follows. */
  readonly prints: string | undefined
}

/** A block that is a part of a file of the repository: `ts from examples/…`. */
export interface Excerpt {
  readonly document: string
  /** The file, from the repository's root. */
  readonly path: string
  readonly code: string
  readonly line: number
  /** What the file prints, where a `text` block follows. */
  readonly prints: string | undefined
}

const excerptFence = /^ts from (\S+)$/

/** The parts of files that a document shows. */
export function excerptsOf(document: string, markdown: string): Excerpt[] {
  const blocks = blocksOf(markdown)
  return blocks.flatMap(({ info, code, line }, index) => {
    const [, path] = excerptFence.exec(info) ?? []
    return path === undefined ? [] : [{ document, path, code, line, prints: printsOf(blocks[index + 1]) }]
  })
}

/** What a program prints: the `text` block right behind its own. */
function printsOf(next: Block | undefined): string | undefined {
  return next?.info === 'text' && next.follows ? next.code : undefined
}

/** The TypeScript of a document. @throws for an unknown word on a fence, which would pass a block over. */
export function snippetsOf(document: string, markdown: string): Snippet[] {
  const blocks = blocksOf(markdown)
  return blocks.flatMap(({ info, code, line }, index) => {
    if (!/^(ts|tsx|typescript)\b/.test(info) || excerptFence.test(info)) return []
    if (info !== 'ts' && info !== 'ts no-run')
      throw new Error(`${document}:${line - 1}: \`${info}\` is not \`ts\` or \`ts no-run\`.`)
    const file = /^\/\/ ([\w./-]+\.ts)\n/.exec(code)?.[1] ?? `${basename(document, '.md')}-line-${line}.ts`
    return [{ document, file, code, line, runs: info === 'ts', prints: printsOf(blocks[index + 1]) }]
  })
}

/**
 * Returns the path of a snippet in a reader's project. Each document has a folder, so that its files can import one
 * another. The pages of a hosted engine share one.
 */
export function fileOf({ document, file }: Snippet): string {
  const engine = engineOfPage(document)
  const folder = engine === undefined ? document.replace(/\.md$/, '').replaceAll('/', '-') : `docs-${engine}`
  return `${folder}/${file}`
}
