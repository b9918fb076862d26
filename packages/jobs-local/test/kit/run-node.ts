import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** After so long a process is killed: less than a test may take, and more than it takes on a busy machine. */
const limitMs = 150_000

/** What became of a process. */
export interface EndedProcess {
  readonly code: number | null
  /** Set where it had to be killed: it was still alive when the time was up. */
  readonly killed: boolean
  readonly stdout: string
  readonly stderr: string
}

export interface NodeOptions {
  /** The folder that imports are resolved from, relative to this package. Default: this package. */
  folder?: string
  flags?: readonly string[]
  env?: Readonly<Record<string, string>>
}

const packageFolder = new URL('../../', import.meta.url)

/** Whether this Node reads the TypeScript of the package itself; older ones run its output alone. */
export const readsTypeScript: boolean =
  process.features.typescript !== false && process.features.typescript !== undefined

/** How tests that each have a process of their own run: they mostly wait. */
export const together = { concurrent: true } as const

/** Runs a module's text in a Node process of its own, from the sources, in an environment that chooses nothing. */
export async function runModule(text: string, options: NodeOptions = {}): Promise<EndedProcess> {
  return runNode(['--input-type=module', '--eval', text], options)
}

/** Runs Node with these arguments. */
export async function runNode(
  args: readonly string[],
  { folder = '.', flags = [], env = {} }: NodeOptions = {},
): Promise<EndedProcess> {
  const child = spawn(process.execPath, ['--conditions=@cgk-platform/source', '--no-warnings', ...flags, ...args], {
    cwd: fileURLToPath(new URL(`${folder}/`, packageFolder)),
    env: { PATH: process.env['PATH'], TMPDIR: process.env['TMPDIR'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr, killed] = ['', '', false]
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const kill = (): void => {
    killed = true
    child.kill('SIGKILL')
  }
  const timer = setTimeout(kill, limitMs)
  process.once('exit', kill) // a test that is given up leaves no process behind
  const code = await new Promise<number | null>((resolve, reject) => child.on('close', resolve).on('error', reject))
  clearTimeout(timer)
  process.off('exit', kill)
  return { code, killed, stdout, stderr }
}
