import { basename } from 'node:path'

import { engineOfPage } from './documents.ts'

/** A fenced block of a Markdown document. */
export interface Block {
  /** The nearest headings above it, outermost first. */
  readonly headings: readonly string[]
  /** `ts`, `sh` and so on, with whatever follows it on the fence. */
  readonly info: string
  readonly code: string
  /** The line of its first code line, counted from 1. */
  readonly line: number
  /** Whether only blank lines separate it from the previous block. */
  readonly follows: boolean
}

/** Returns the fenced blocks of a Markdown document, in order. @throws if a fence is not closed. */
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

/** A TypeScript block of a document. */
export interface Snippet {
  readonly document: string
  /** Its file name: from its first line (`// jobs.ts`), or made from the document and the line. */
  readonly file: string
  readonly code: string
  readonly line: number
  /** False for `ts no-run`, which prints nothing useful or does not end. */
  readonly runs: boolean
  /** The expected output, if a `text` block follows. */
  readonly prints: string | undefined
}

/** A block that shows part of a file in the repository: `ts from examples/…`. */
export interface Excerpt {
  readonly document: string
  /** The path, relative to the repository's root. */
  readonly path: string
  readonly code: string
  readonly line: number
  /** The file's expected output, if a `text` block follows. */
  readonly prints: string | undefined
}

const excerptFence = /^ts from (\S+)$/

/** Returns the excerpts of files in a document. */
export function excerptsOf(document: string, markdown: string): Excerpt[] {
  const blocks = blocksOf(markdown)
  return blocks.flatMap(({ info, code, line }, index) => {
    const [, path] = excerptFence.exec(info) ?? []
    return path === undefined ? [] : [{ document, path, code, line, prints: printsOf(blocks[index + 1]) }]
  })
}

/** Returns the expected output of a program: the `text` block right after it. */
function printsOf(next: Block | undefined): string | undefined {
  return next?.info === 'text' && next.follows ? next.code : undefined
}

/** Returns the TypeScript blocks of a document. @throws for an unknown word on a fence, which would skip the block. */
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
