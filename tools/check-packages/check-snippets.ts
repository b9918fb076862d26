import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { documents, readDocument } from '@cgk-platform/test-kit/documents'
import { fileOf, snippetsOf } from '@cgk-platform/test-kit/extract-snippets'

import { compile } from './compile.ts'

/**
 * Compiles the snippets of the documents in a project that has the packages installed. Leaves out those that import
 * packages which it does not have.
 *
 * @param compiler - the oldest TypeScript; the tests of the documents use the newest
 */
export async function checkSnippets(compiler: string, cwd: string): Promise<void> {
  const all = documents
    .flatMap((document) => snippetsOf(document, readDocument(document)))
    .map((snippet) => ({ file: fileOf(snippet), code: snippet.code }))
  const kept = withoutMissing(all, cwd)
  if (kept.length < all.length / 2) throw new Error(`Only ${kept.length} of ${all.length} snippets can be compiled.`)
  const folder = join(cwd, 'snippets')
  for (const { file, code } of kept) {
    const path = join(folder, file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, code)
  }
  const configuration = 'tsconfig.snippets.json'
  writeFileSync(join(cwd, configuration), JSON.stringify({ compilerOptions, include: ['snippets/**/*.ts'] }))
  await compile(compiler, configuration, { cwd, emits: false })
}

const compilerOptions = {
  target: 'es2022',
  lib: ['es2023', 'dom'],
  module: 'nodenext',
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: true,
  moduleDetection: 'force',
  allowImportingTsExtensions: true,
  noEmit: true,
  types: ['node'],
}

interface Source {
  readonly file: string
  readonly code: string
}

/** Returns the sources whose imports all exist: packages of the project, and files that are themselves returned. */
function withoutMissing(sources: readonly Source[], cwd: string): readonly Source[] {
  const files = new Set(sources.map(({ file }) => file))
  const kept = sources.filter(({ file, code }) => importsOf(code).every((name) => exists(name, file, files, cwd)))
  return kept.length === sources.length ? kept : withoutMissing(kept, cwd)
}

function exists(name: string, from: string, files: ReadonlySet<string>, cwd: string): boolean {
  if (name.startsWith('.')) return files.has(join(dirname(from), name))
  if (name.startsWith('node:')) return true
  const parts = name.split('/').slice(0, name.startsWith('@') ? 2 : 1)
  return existsSync(join(cwd, 'node_modules', ...parts))
}

function importsOf(code: string): string[] {
  return [...code.matchAll(/(?:from|import|import\() ?'([^']+)'/g)].map((match) => match[1]!)
}
