import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'

import { execute } from './execute.ts'

/** A packed package, as npm would publish it. */
export interface Tarball {
  name: string
  path: string
}

/** Packs every package that is not private. */
export async function packPackages(repository: string, folder: string): Promise<Tarball[]> {
  const tarballs: Tarball[] = []
  for (const directory of readdirSync(join(repository, 'packages'))) {
    const cwd = join(repository, 'packages', directory)
    const { name, private: isPrivate } = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8')) as Manifest
    if (isPrivate) continue
    const path = join(folder, `${directory}.tgz`)
    await execute('pnpm', ['pack', '--out', path], { cwd })
    tarballs.push({ name, path })
  }
  return tarballs
}

interface Manifest {
  name: string
  private?: boolean
}

/**
 * Checks that a tarball contains all required files, no others, and nothing that only works in the workspace.
 * @throws an error with the first problem.
 */
export async function checkContents({ name, path }: Tarball): Promise<void> {
  const cwd = join(path, '..')
  const files = (await execute('tar', ['-tzf', path], { cwd })).trim().split('\n')
  const entry = name === '@cgk-platform/jobs-cli' ? 'package/dist/main.js' : 'package/dist/index.d.ts'
  for (const needed of ['package/package.json', 'package/README.md', 'package/LICENSE', entry]) {
    if (!files.includes(needed)) throw new Error(`The tarball has no \`${needed}\`.`)
  }
  const unexpected = files.filter(
    (file) => !/^package\/(package\.json|README\.md|LICENSE|dist\/.+\.(js|d\.ts))$/.test(file),
  )
  if (unexpected.length > 0) throw new Error(`The tarball has unexpected files: ${unexpected.join(', ')}.`)
  const manifest = await execute('tar', ['-xOzf', path, 'package/package.json'], { cwd })
  for (const word of ['@cgk-platform/source', 'workspace:', 'catalog:']) {
    if (manifest.includes(word)) throw new Error(`The packed package.json still contains \`${word}\`.`)
  }
}

/**
 * Checks that no declaration imports another package without naming one of its types, and that none imports zod, because
 * the compiler of every app would load all of its files. Files of the package itself share a few types.
 * @throws an error with the imports.
 */
export async function checkDeclarations({ path }: Tarball): Promise<void> {
  const cwd = join(path, '..')
  const files = (await execute('tar', ['-tzf', path], { cwd })).match(/^.*\.d\.ts$/gm) ?? []
  if (files.length === 0) return // the command line
  const declarations = await execute('tar', ['-xOzf', path, ...files], { cwd })
  const unwanted = declarations.match(/^import ['"][^.].*|^.*(from|import\() ?['"]zod\b.*/gm)
  if (unwanted) throw new Error(`Declarations import modules that no type needs: ${unwanted.join(' ')}`)
}

/** Checks a tarball with publint. @throws an error with all messages of publint, including suggestions. */
export async function checkWithPublint({ path }: Tarball): Promise<void> {
  const { buffer } = new Uint8Array(readFileSync(path))
  const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true })
  if (messages.length > 0) throw new Error(messages.map((message) => formatMessage(message, pkg)).join('\n'))
}

/** Checks with attw that the types match the code, for importers that support ESM. @throws otherwise. */
export async function checkWithAttw({ path }: Tarball): Promise<void> {
  await execute('attw', [path, '--profile', 'esm-only', '--no-definitely-typed', '--no-color'], {
    cwd: join(path, '..'),
  })
}
