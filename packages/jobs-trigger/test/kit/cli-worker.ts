import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { createCliFolder } from './cli-folder.ts'
import { processTree } from './process-tree.ts'

/** Where the worker works and what it runs. */
export interface CliWorkerOptions {
  readonly server: { readonly url: string; readonly accessToken: string; readonly projectRef: string }
  /** Has a `trigger.config.ts`; several workers may share it. */
  readonly projectDir: string
  /** Set in the CLI and in the processes of its runs. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** How many runs at once; each has a process of its own. Default: as many as the server gives. */
  readonly maxConcurrentRuns?: number
  /** Works in the project's own folder and builds again when a file there changes, as the CLI of a developer does. */
  readonly inPlace?: boolean
  /** Given what the CLI prints once its tasks are registered: lines of runs, and what they log. */
  readonly onOutput?: (text: string) => void
  /** The Node that the CLI and its processes run on; default: this one. */
  readonly node?: string
}

/** A running `trigger.dev dev`. */
export interface CliWorker {
  readonly pid: number
  /** What the CLI printed. */
  output(): string
  /** Resolves when the CLI has ended, whoever ended it. */
  readonly ended: Promise<void>
  /** The processes that execute runs. */
  workerPids(): number[]
  /** Ends every process of it at once, without a farewell: the server has to find out. */
  kill(): Promise<void>
  /** Asks the CLI to end, and waits until it has. */
  close(): Promise<void>
}

const noLookups = new URL('no-lookups.mjs', import.meta.url).href
const startMs = 170_000
const closeMs = 10_000
/** How long a CLI that failed may take to say the rest. */
const restMs = 3000
const flags = [
  'skip-update-check',
  'skip-telemetry',
  'skip-platform-notifications',
  'skip-mcp-install',
  'skip-rules-install',
]
const ready = /Local worker ready/
// A warning of Node's own is shown as an error, too.
const broken = /X Error|Error:(?! \(node:)|ERR_|Failed to/

/** Starts the vendor's own CLI worker, unchanged; it is there once its tasks are registered. */
export async function startCliWorker(options: CliWorkerOptions): Promise<CliWorker> {
  const { server, projectDir, env = {}, maxConcurrentRuns, inPlace = false, node = process.execPath } = options
  checkPlatform()
  const folder = createCliFolder(projectDir, inPlace)
  const limit = maxConcurrentRuns === undefined ? [] : ['--max-concurrent-runs', String(maxConcurrentRuns)]
  const cli = join(dirname(createRequire(import.meta.url).resolve('trigger.dev/package.json')), 'dist/esm/index.js')
  // Of its own group, so that a signal for the tests leaves it alone until they have closed it.
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
  // It has a group of its own, so it would outlive this process.
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
    output,
    ended,
    workerPids: () => processTree(pid).flatMap((each) => (/dev-run-worker/.test(each.command) ? each.pid : [])),
    kill,
    async close() {
      const tree = processTree(pid)
      signal(pid, 'SIGTERM')
      await Promise.race([ended, sleep(closeMs, undefined, { ref: false })])
      for (const each of tree) signal(each.pid, 'SIGKILL') // what it left behind
      await ended
      folder.remove()
      forget()
    },
  }
}

/** The CLI would run, but its processes could not be found and ended. */
function checkPlatform(): void {
  if (process.platform === 'win32' || spawnSync('ps', ['-p', String(process.pid)]).error)
    throw new Error("The worker of Trigger.dev's CLI is started on Linux and macOS alone, and needs the command `ps`.")
}

/** The tests' own settings are no business of the worker's. */
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
