import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

import { removeAfterRun } from '../../../vitest.leave-nothing.ts'
import type { AppSource } from './app-sources.ts'

const workspace = join(import.meta.dirname, '..')
const require = createRequire(import.meta.url)
const cli = join(dirname(require.resolve('@cgk-platform/jobs-cli/package.json')), 'dist/main.js')
const tsc = join(workspace, '../../node_modules/.bin/tsc')

/** What a program came to. */
export interface Ended {
  /** `null` where a signal ended it. */
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A script that runs on. */
export interface Running {
  /** What it printed so far. */
  printed(): string
  /** Asks it to end; answers its exit code, `null` where the signal ended it. */
  terminate(): Promise<number | null>
}

/** Variables of a program. */
export type Environment = Readonly<Record<string, string>>

/** An app in a folder of its own, below the packages that it takes for installed. */
export interface OpenApp {
  readonly folder: string
  /** Calls `init`, as its users do, with nobody there to answer. */
  init(...args: string[]): Promise<Ended>
  write(path: string, contents: string): void
  read(path: string): string
  /** Every file of it but what frameworks make, by path. */
  contents(): Record<string, string>
  /** Type-checks it by its own `tsconfig.json`; answers the compiler's lines. */
  compile(): Promise<string>
  /** Runs a script of its `package.json` that ends by itself. */
  script(name: string, environment?: Environment): Promise<Ended>
  /** Starts a script that does not; `close` ends it at the latest. */
  start(name: string, environment?: Environment): Running
  close(): void
}

/** Writes an app down. */
export function openApp({ manifest, files }: AppSource): OpenApp {
  const apps = join(workspace, '.apps')
  mkdirSync(apps, { recursive: true })
  const folder = mkdtempSync(join(apps, 'app-'))
  removeAfterRun(folder)
  const running: ChildProcess[] = []
  const write = (path: string, contents: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), contents)
  }
  write('package.json', `${JSON.stringify(manifest, undefined, 2)}\n`)
  for (const [path, contents] of Object.entries(files)) write(path, contents)
  const read = (path: string): string => readFileSync(join(folder, path), 'utf8')
  const run = (command: string, args: readonly string[], environment: Environment = {}): Promise<Ended> =>
    execute(command, args, folder, environment)

  return {
    folder,
    write,
    read,
    init: (...args) => run(process.execPath, [cli, 'init', ...args]),
    contents() {
      const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
      return Object.fromEntries(paths.map((path) => [path, read(path)]))
    },
    async compile() {
      const { stdout, stderr } = await run(tsc, ['--pretty', 'false', '--noEmit', '-p', '.'])
      return stdout + stderr
    },
    script: (name, environment) => run(process.execPath, ['--run', name], environment),
    start(name, environment = {}) {
      // Of a group of its own: the script is a child of what is started here.
      const child = spawn(process.execPath, ['--run', name], {
        cwd: folder,
        env: toEnv(environment),
        stdio: 'pipe',
        detached: true,
      })
      running.push(child)
      let printed = ''
      const keep = (chunk: Buffer): void => void (printed += String(chunk))
      child.stdout.on('data', keep)
      child.stderr.on('data', keep)
      const ended = new Promise<number | null>((resolve) => void child.on('close', resolve))
      return {
        printed: () => printed,
        async terminate() {
          signalGroup(child, 'SIGTERM')
          return ended
        },
      }
    },
    close() {
      for (const child of running) signalGroup(child, 'SIGKILL')
      rmSync(folder, { recursive: true, maxRetries: 5 })
    },
  }
}

function signalGroup({ pid, exitCode, signalCode }: ChildProcess, signal: NodeJS.Signals): void {
  if (exitCode === null && signalCode === null) process.kill(-pid!, signal)
}

/** Nothing of the machine that runs the tests shall choose an engine. */
function toEnv(environment: Environment): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env
  return { PATH, HOME, TMPDIR, NEXT_TELEMETRY_DISABLED: '1', ...environment }
}

function execute(command: string, args: readonly string[], cwd: string, environment: Environment): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(command, args, { cwd, env: toEnv(environment) }, (error, stdout, stderr) => {
      const exitCode = error ? (typeof error.code === 'number' ? error.code : null) : 0
      resolve({ exitCode, stdout, stderr })
    })
  })
}
