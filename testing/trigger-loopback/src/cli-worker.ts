import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { createCliFolder } from './cli-folder.ts'
import { processTree } from './process-tree.ts'

/** Options of a CLI worker. */
export interface CliWorkerOptions {
  readonly server: { readonly url: string; readonly accessToken: string; readonly projectRef: string }
  /** A folder with a `trigger.config.ts`. Several workers may share it. */
  readonly projectDir: string
  /** Environment variables of the CLI and of the processes of its runs. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Maximum number of concurrent runs. Each has its own process. Default: the server's number. */
  readonly maxConcurrentRuns?: number
  /** Uses the project's own folder and rebuilds when a file changes, as during development. */
  readonly inPlace?: boolean
  /** Called with the output of the CLI after its tasks are registered: lines about runs, and their logs. */
  readonly onOutput?: (text: string) => void
  /** The Node.js executable of the CLI and its processes. Default: the current one. */
  readonly node?: string
}

/** A running `trigger.dev dev`. */
export interface CliWorker {
  readonly pid: number
  /** The folder of its project. Unless it works in place, a copy, in which a changed file is a deploy. */
  readonly folder: string
  /** Returns the output of the CLI. */
  output(): string
  /** Resolves when the CLI has ended for any reason. */
  readonly ended: Promise<void>
  /** Returns the ids of the processes that execute runs. */
  workerPids(): number[]
  /** Kills all of its processes at once, so the server gets no notice. */
  kill(): Promise<void>
  /** Ends the CLI, and waits until it has ended. */
  close(): Promise<void>
}

const noLookups = new URL('no-lookups.mjs', import.meta.url).href
const keepCompiled = new URL('keep-compiled.mjs', import.meta.url).href
const startMs = 800_000
const closeMs = 10_000
/** Time limit for the remaining output of a CLI that failed, in milliseconds. */
const restMs = 3000
const flags = [
  'skip-update-check',
  'skip-telemetry',
  'skip-platform-notifications',
  'skip-mcp-install',
  'skip-rules-install',
]
const ready = /Local worker ready/
// The CLI also prints warnings of Node.js as errors.
const broken = /X Error|Error:(?! \(node:)|ERR_|Failed to/

/** Starts Trigger.dev's unchanged CLI worker, and waits until its tasks are registered. */
export async function startCliWorker(options: CliWorkerOptions): Promise<CliWorker> {
  const { server, projectDir, env = {}, maxConcurrentRuns, inPlace = false, node = process.execPath } = options
  checkPlatform()
  const folder = createCliFolder(projectDir, inPlace)
  const limit = maxConcurrentRuns === undefined ? [] : ['--max-concurrent-runs', String(maxConcurrentRuns)]
  const cli = join(dirname(createRequire(import.meta.url).resolve('trigger.dev/package.json')), 'dist/esm/index.js')
  // It has its own process group, so a signal for the tests does not end it before they close it.
  const child = spawn(node, ['--import', noLookups, cli, 'dev', ...flags.map((flag) => `--${flag}`), ...limit], {
    cwd: folder.path,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...withoutTestEnvironment(process.env),
      TRIGGER_ACCESS_TOKEN: server.accessToken,
      TRIGGER_API_URL: server.url,
      TRIGGER_PROJECT_REF: server.projectRef,
      XDG_CONFIG_HOME: folder.configPath,
      NODE_OPTIONS: `--import=${keepCompiled}`,
      // As in deployed workers. Otherwise each span is a request, and these are half of all.
      TRIGGER_OTEL_BATCH_PROCESSING_ENABLED: '1',
      FORCE_COLOR: '0',
      ...env,
    },
  })
  const output = recordOutput(child)
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const pid = child.pid!

  const killNow = (): void => {
    for (const each of processTree(pid)) signal(each.pid, 'SIGKILL')
    folder.remove()
  }
  // Without this, it would outlive this process, because it has its own process group.
  process.once('exit', killNow)
  const forget = (): void => void process.off('exit', killNow)
  const kill = async (): Promise<void> => {
    for (const each of processTree(pid)) signal(each.pid, 'SIGKILL')
    await ended
    folder.remove()
    forget()
  }
  try {
    await untilReady(child, output, ended)
  } catch (error) {
    await kill()
    throw error
  }
  const { onOutput } = options
  if (onOutput) for (const stream of [child.stdout!, child.stderr!]) stream.on('data', onOutput)
  return {
    pid,
    folder: folder.path,
    output,
    ended,
    workerPids: () => processTree(pid).flatMap((each) => (/dev-run-worker/.test(each.command) ? each.pid : [])),
    kill,
    async close() {
      const tree = processTree(pid)
      signal(pid, 'SIGTERM')
      await Promise.race([ended, sleep(closeMs, undefined, { ref: false })])
      for (const each of tree) signal(each.pid, 'SIGKILL') // processes that are still running
      await ended
      folder.remove()
      forget()
    },
  }
}

/** Checks that the processes of the CLI can be found and ended on this platform. */
function checkPlatform(): void {
  if (process.platform === 'win32' || spawnSync('ps', ['-p', String(process.pid)]).error)
    throw new Error("The worker of Trigger.dev's CLI needs Linux or macOS, and the command `ps`.")
}

/** Removes the environment variables of the test runner. */
function withoutTestEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own = /^(VITEST|NODE_ENV$|NODE_OPTIONS$|TRIGGER_|TEST$|DEV$|PROD$|SSR$|MODE$|BASE_URL$)/
  return Object.fromEntries(Object.entries(env).filter(([name]) => !own.test(name)))
}

function recordOutput(child: ChildProcess): () => string {
  let text = ''
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (part) => void (text += part))
  return () => text
}

async function untilReady(child: ChildProcess, output: () => string, ended: Promise<void>): Promise<void> {
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const until = Date.now() + startMs
  let over = false
  void ended.then(() => (over = true))
  while (!ready.test(output())) {
    if (over) throw new Error(`\`trigger.dev dev\` ended before its tasks were registered:\n${output()}`)
    if (Date.now() > until || broken.test(output())) {
      await Promise.race([closed, sleep(restMs, undefined, { ref: false })])
      throw new Error(`\`trigger.dev dev\` did not register its tasks:\n${output()}`)
    }
    await sleep(20)
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
