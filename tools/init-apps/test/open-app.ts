import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

import { removeAfterRun } from '../../../vitest.cleanup.ts'
import type { AppSource } from './app-sources.ts'

const workspace = join(import.meta.dirname, '..')
const require = createRequire(import.meta.url)
const cli = join(dirname(require.resolve('@cgk-platform/jobs-cli/package.json')), 'dist/main.js')
const tsc = join(workspace, '../../node_modules/.bin/tsc')

/** The result of a program. */
export interface Ended {
  /** The exit code, or `null` if a signal ended the program. */
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A running script. */
export interface Running {
  /** Returns its output. */
  printed(): string
  /** Ends it with SIGTERM. Returns its exit code, or `null` if the signal ended it. */
  terminate(): Promise<number | null>
}

/** Environment variables. */
export type Environment = Readonly<Record<string, string>>

/** An app in its own folder, which resolves the packages of this workspace. */
export interface OpenApp {
  readonly folder: string
  /** Runs `init` without a terminal. */
  init(...args: string[]): Promise<Ended>
  /** Writes a file. */
  write(path: string, contents: string): void
  /** Returns the contents of a file. */
  read(path: string): string
  /** Returns the contents of all files, by path. */
  contents(): Record<string, string>
  /** Type-checks it with its own `tsconfig.json`. Returns the output of the compiler. */
  compile(): Promise<string>
  /** Runs a script of its `package.json` until it exits. */
  script(name: string, environment?: Environment): Promise<Ended>
  /** Starts a script that does not exit. `close` kills it. */
  start(name: string, environment?: Environment): Running
  /** Kills running scripts and removes the folder. */
  close(): void
}

/** Writes an app to a new folder. */
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
      const { stdout, stderr } = await run(tsc, ['--pretty', 'false', '--checkers', '1', '--noEmit', '-p', '.'])
      return stdout + stderr
    },
    script: (name, environment) => run(process.execPath, ['--run', name], environment),
    start(name, environment = {}) {
      // In its own process group, because the script is a child of the started process.
      const child = spawn(process.execPath, ['--run', name], {
        cwd: folder,
        env: toEnv(environment),
        stdio: 'pipe',
        detached: true,
      })
      running.push(child)
      let printed = ''
      const collect = (chunk: Buffer): void => void (printed += String(chunk))
      child.stdout.on('data', collect)
      child.stderr.on('data', collect)
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

/** Returns an environment without the machine's variables, which could select an engine. */
function toEnv(environment: Environment): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR, NODE_COMPILE_CACHE } = process.env
  return { PATH, HOME, TMPDIR, NODE_COMPILE_CACHE, NEXT_TELEMETRY_DISABLED: '1', ...environment }
}

function execute(command: string, args: readonly string[], cwd: string, environment: Environment): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(command, args, { cwd, env: toEnv(environment) }, (error, stdout, stderr) => {
      const exitCode = error ? (typeof error.code === 'number' ? error.code : null) : 0
      resolve({ exitCode, stdout, stderr })
    })
  })
}
