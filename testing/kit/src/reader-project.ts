import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { repository } from './documents.ts'
import { type Ended, type Environment, execute, toEnv } from './execute.ts'

/** A running program. */
export interface Started {
  /** Returns its output. */
  printed(): string
  /** Sends SIGTERM, awaits the end and returns the exit code. */
  terminate(): Promise<number | null>
}

/** A project like a reader's: `package.json`, `tsconfig.json`, the installed packages, and own files. */
export interface ReaderProject {
  readonly folder: string
  write(file: string, code: string): void
  /** Type-checks all files in one program and returns the compiler's lines. */
  compile(): Promise<string[]>
  /** Runs a file with Node, in `environment` only. */
  run(file: string, environment?: Environment): Promise<Ended>
  /** Starts a file that does not end. `remove` ends it at the latest. */
  start(file: string, environment: Environment): Started
  remove(): void
}

/** The compiler options that docs/first-job.md recommends. */
export const recommendedOptions = {
  target: 'es2023',
  module: 'nodenext',
  strict: true,
  verbatimModuleSyntax: true,
  erasableSyntaxOnly: true,
  rewriteRelativeImportExtensions: true,
  skipLibCheck: true,
  types: ['node'],
}

/** Stricter checks, and the sources of the packages instead of a build. */
const compilerOptions = {
  ...recommendedOptions,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
  moduleDetection: 'force',
  noEmit: true,
  customConditions: ['@cgk-platform/source'],
  lib: ['es2023', 'es2024.string', 'dom'], // the sources need `isWellFormed`; a build does not
}

/** Resolves the packages to their sources, not a build. */
const condition = '--conditions=@cgk-platform/source'

export function createReaderProject(): ReaderProject {
  const started: ChildProcess[] = []
  const folder = mkdtempSync(join(tmpdir(), 'reader-'))
  const write = (file: string, code: string): void => {
    const path = join(folder, file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, `${code}\n`)
  }
  const installed = {
    '@cgk-platform/jobs': 'packages/jobs',
    '@cgk-platform/jobs-conformance': 'packages/jobs-conformance',
    '@cgk-platform/jobs-core': 'packages/jobs-core',
    '@cgk-platform/jobs-dashboard': 'packages/jobs-dashboard',
    '@cgk-platform/jobs-inngest': 'packages/jobs-inngest',
    '@cgk-platform/jobs-local': 'packages/jobs-local',
    '@cgk-platform/jobs-otel': 'packages/jobs-otel',
    '@cgk-platform/jobs-postgres': 'packages/jobs-postgres',
    '@cgk-platform/jobs-trigger': 'packages/jobs-trigger',
    '@electric-sql/pglite': 'packages/jobs-postgres/node_modules/@electric-sql/pglite',
    '@opentelemetry/api': 'packages/jobs-otel/node_modules/@opentelemetry/api',
    '@opentelemetry/context-async-hooks': 'packages/jobs-otel/node_modules/@opentelemetry/context-async-hooks',
    '@opentelemetry/sdk-trace': 'packages/jobs-otel/node_modules/@opentelemetry/sdk-trace',
    '@trigger.dev/sdk': 'packages/jobs-trigger/node_modules/@trigger.dev/sdk',
    'drizzle-orm': 'packages/jobs-postgres/node_modules/drizzle-orm',
    pg: 'packages/jobs-postgres/node_modules/pg',
    '@types/pg': 'packages/jobs-postgres/node_modules/@types/pg',
    bullmq: 'tools/bench-peers/node_modules/bullmq',
    'graphile-worker': 'tools/bench-peers/node_modules/graphile-worker',
    hono: 'packages/jobs-dashboard/node_modules/hono',
    inngest: 'packages/jobs-inngest/node_modules/inngest',
    'pg-boss': 'tools/bench-peers/node_modules/pg-boss',
    pino: 'packages/jobs-otel/node_modules/pino',
    'prom-client': 'packages/jobs/node_modules/prom-client',
    zod: 'packages/jobs-core/node_modules/zod',
    '@types/node': 'node_modules/@types/node',
  }
  for (const [name, path] of Object.entries(installed)) {
    const link = join(folder, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(repository, path), link)
  }
  write('package.json', JSON.stringify({ type: 'module' }))
  write('package-lock.json', JSON.stringify({ lockfileVersion: 3 }))
  write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['**/*.ts'] }))

  return {
    folder,
    write,
    async compile() {
      const { stdout, stderr } = await execute(
        join(repository, 'node_modules/.bin/tsc'),
        ['--pretty', 'false', '--checkers', '1', '-p', folder], // programs compile in parallel tests
        folder,
        {},
      )
      return `${stdout}${stderr}`.split('\n').filter((line) => line !== '')
    },
    run: (file, environment = {}) => execute('node', [condition, file], folder, environment),
    start(file, environment) {
      const child = spawn('node', [condition, file], { cwd: folder, env: toEnv(environment), stdio: 'pipe' })
      started.push(child)
      let printed = ''
      const keep = (chunk: Buffer): void => void (printed += String(chunk))
      child.stdout.on('data', keep)
      child.stderr.on('data', keep)
      const ended = new Promise<number | null>((resolve) => void child.on('close', resolve))
      return {
        printed: () => printed,
        async terminate() {
          child.kill('SIGTERM')
          return ended
        },
      }
    },
    remove() {
      for (const child of started) child.kill('SIGKILL')
      rmSync(folder, { recursive: true })
    },
  }
}
