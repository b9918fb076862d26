import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { execute } from './execute.ts'
import type { Tarball } from './tarballs.ts'

/** The oldest compiler that reads our declarations. Older ones fail in zod's. */
export const oldestTypeScript = '5.4.5'

/** How a consumer may resolve modules. */
export const resolutions = { nodenext: 'nodenext', bundler: 'esnext' } as const

/** A project of a stranger that depends on the facade alone, installed by the given client. */
export async function installConsumer(client: 'npm' | 'pnpm', folder: string, tarballs: Tarball[]): Promise<void> {
  const files = Object.fromEntries(tarballs.map(({ name, path }) => [name, `file:${path}`]))
  const { '@cgk-platform/jobs': facade, ...overrides } = files
  const manifest = {
    name: 'consumer',
    private: true,
    type: 'module',
    dependencies: { '@cgk-platform/jobs': facade, zod: '^4.0.0' },
    devDependencies: { '@types/node': '^20.0.0', typescript: oldestTypeScript },
    ...(client === 'npm' && { overrides }),
  }
  mkdirSync(folder)
  cpSync(join(import.meta.dirname, 'consumer'), folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  for (const [moduleResolution, module] of Object.entries(resolutions)) {
    const compilerOptions = { ...strictest, module, moduleResolution }
    writeFileSync(
      join(folder, `tsconfig.${moduleResolution}.json`),
      JSON.stringify({ compilerOptions, files: programs }),
    )
  }
  if (client === 'npm') return void (await execute('npm', ['install', '--no-audit', '--no-fund'], { cwd: folder }))
  writeFileSync(join(folder, 'pnpm-workspace.yaml'), JSON.stringify({ overrides, strictPeerDependencies: true }))
  await execute('pnpm', ['install'], { cwd: folder })
}

const programs = ['program.ts', 'refused.ts']
const strictest = {
  target: 'es2022',
  lib: ['es2022'],
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  outDir: 'compiled',
}
