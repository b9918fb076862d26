import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

import { bareEnvironment } from '../../../../vitest.environment.ts'
import { killAtExit } from './kill-at-exit.ts'
import { programFolder } from './program-folder.ts'

/** Time after which a process is killed: shorter than a test's timeout, and enough on a busy machine. */
const limitMs = 150_000

/** The result of a process. */
export interface EndedProcess {
  readonly code: number | null
  /** Whether it was killed because it was still running at the time limit. */
  readonly killed: boolean
  readonly stdout: string
  readonly stderr: string
}

export interface NodeOptions {
  /** The folder that imports are resolved from, relative to this package. Default: that of the bundle. */
  folder?: string
  flags?: readonly string[]
  env?: Readonly<Record<string, string>>
}

const packageFolder = new URL('../../', import.meta.url)

/** Whether this version of Node runs the package's TypeScript sources. Older versions run only its build output. */
export const readsTypeScript: boolean =
  process.features.typescript !== false && process.features.typescript !== undefined

/** The options of tests that each start a process: they run concurrently, because they mostly wait. */
export const together = { concurrent: true } as const

/** Runs module code in a separate Node process, in an environment without engine settings. */
export async function runModule(text: string, options: NodeOptions = {}): Promise<EndedProcess> {
  return runNode(['--input-type=module', '--eval', text], options)
}

/** Runs Node with these arguments. */
export async function runNode(
  args: readonly string[],
  { folder, flags = [], env = {} }: NodeOptions = {},
): Promise<EndedProcess> {
  const child = spawn(process.execPath, ['--conditions=@cgk-platform/source', '--no-warnings', ...flags, ...args], {
    cwd: folder === undefined ? programFolder() : fileURLToPath(new URL(`${folder}/`, packageFolder)),
    env: { ...bareEnvironment(), ...env },
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
  killAtExit(child)
  const code = await new Promise<number | null>((resolve, reject) => child.on('close', resolve).on('error', reject))
  clearTimeout(timer)
  return { code, killed, stdout, stderr }
}
