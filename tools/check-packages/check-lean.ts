import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

import { createLoopbackEngine, type LoopbackEngine } from '@cgk-platform/inngest-loopback'
import { startEmbeddedServer } from '@cgk-platform/test-kit/embedded-postgres'
import { createLoopbackServer, startCliWorker } from '@cgk-platform/trigger-loopback'

import { compile, compilerOf } from './compile.ts'
import {
  type Compilation,
  type Consumer,
  inngestConsumer,
  installConsumer,
  postgresConsumer,
  triggerConsumer,
} from './consumer.ts'
import { execute } from './execute.ts'
import type { Node } from './nodes.ts'
import type { Tarball } from './tarballs.ts'

/** An app that installs only the package of one engine, and the way to run it. */
interface LeanApp {
  readonly consumer: Consumer
  /** The names of this library's packages that must be installed. */
  readonly packages: readonly string[]
  /** Runs the compiled program on an engine that speaks the vendor's protocol. */
  run(node: string, cwd: string, options?: RunOptions): Promise<unknown>
}

/** Options of a program's run. */
export interface RunOptions {
  /**
   * The path of the program. Does not change the worker of Trigger.dev.
   * @default 'compiled/program.js'
   */
  readonly program?: string
  /** Environment variables of the program, not of the worker. */
  readonly env?: Readonly<Record<string, string>>
}

/** The lean apps, by their titles in the table. */
export const leanApps: Readonly<Record<string, LeanApp>> = {
  'lean, Inngest': { consumer: inngestConsumer, packages: ['jobs-core', 'jobs-inngest'], run: runOnInngest },
  'lean, Trigger.dev': {
    consumer: triggerConsumer,
    packages: ['jobs-core', 'jobs-trigger'],
    run: runOnTrigger,
  },
  'lean, PostgreSQL': {
    consumer: postgresConsumer,
    packages: ['jobs-core', 'jobs-local', 'jobs-postgres'],
    run: runOnPostgres,
  },
}

/** The equipment of the checks of a lean app. */
interface LeanOptions {
  readonly cwd: string
  readonly tarballs: Tarball[]
  readonly nodes: readonly Node[]
  readonly compilations: readonly Compilation[]
  check(title: string, work: () => Promise<unknown>): Promise<void>
}

/** Installs a lean app, compiles it, and runs it on each version of Node. */
export async function checkLean(
  title: string,
  { consumer, packages, run }: LeanApp,
  { cwd, tarballs, nodes, compilations, check }: LeanOptions,
): Promise<void> {
  await check(`${title}: installed by pnpm`, () => installConsumer(consumer, 'pnpm', cwd, tarballs))
  await check(`${title}: no other package of this library is installed`, async () => {
    const store = join(cwd, 'node_modules/.pnpm')
    const ours = readdirSync(store).flatMap((name) => /^@cgk-platform\+([^@]+)@/.exec(name)?.[1] ?? [])
    assert.deepEqual(ours.toSorted(), packages)
  })
  for (const { resolution, compiler } of compilations) {
    const version = compiler === 'newest' ? 'newest TypeScript' : `TypeScript ${consumer.oldestTypeScript}`
    await check(`${title}: types, ${resolution}, ${version}`, () =>
      compile(compilerOf(compiler, cwd), `tsconfig.app.${resolution}.json`, {
        cwd,
        thirdPartyErrors: consumer.thirdPartyErrors,
      }),
    )
  }
  for (const { version, program } of nodes) {
    await check(`${title}: runs on Node ${version}`, () => run(program, cwd))
  }
}

/** Environment variables. */
type Variables = Readonly<Record<string, string>>

/** Calls `work` with a loopback engine for Inngest, and the variables that select it. */
export async function whileOnInngest<T>(
  work: (variables: Variables, engine: LoopbackEngine) => Promise<T>,
): Promise<T> {
  const engine = await createLoopbackEngine()
  try {
    return await work({ INNGEST_DEV: '1', INNGEST_BASE_URL: engine.url }, engine)
  } finally {
    await engine.close()
  }
}

/** Calls `work` with a PostgreSQL server, and the variable that names its database. */
export async function whileOnPostgres<T>(work: (variables: Variables) => Promise<T>): Promise<T> {
  const server = await startEmbeddedServer()
  try {
    return await work({ DATABASE_URL: server.url })
  } finally {
    await server.stop()
  }
}

let lastOnTrigger: Promise<unknown> = Promise.resolve()

/**
 * Calls `work` with a loopback server for Trigger.dev. A worker of its CLI runs the tasks of a project on this version
 * of Node. Calls wait for each other, because the CLI needs exclusive use of a project.
 */
export function whileOnTrigger<T>(
  node: string,
  projectDir: string,
  work: (variables: Variables) => Promise<T>,
): Promise<T> {
  const done = lastOnTrigger.then(async () => {
    const server = await createLoopbackServer()
    try {
      const worker = await startCliWorker({ server, projectDir, inPlace: true, maxConcurrentRuns: 1, node })
      try {
        return await work({ TRIGGER_API_URL: server.url, TRIGGER_SECRET_KEY: server.secretKey })
      } finally {
        await worker.close()
      }
    } finally {
      await server.close()
    }
  })
  lastOnTrigger = done.catch(() => undefined)
  return done
}

async function runOnInngest(node: string, cwd: string, { program = compiled, env }: RunOptions = {}): Promise<void> {
  await whileOnInngest((variables) => execute(node, [program], { cwd, env: { ...env, ...variables } }))
}

async function runOnPostgres(node: string, cwd: string, { program = compiled, env }: RunOptions = {}): Promise<void> {
  await whileOnPostgres((variables) => execute(node, [program], { cwd, env: { ...env, ...variables } }))
}

/** The worker runs on the same Node as the sender. */
async function runOnTrigger(node: string, cwd: string, { program = compiled, env }: RunOptions = {}): Promise<void> {
  await whileOnTrigger(node, cwd, (variables) => execute(node, [program], { cwd, env: { ...env, ...variables } }))
}

const compiled = 'compiled/program.js'
