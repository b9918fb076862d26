import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { onTestFinished } from 'vitest'

import { removeAfterRun } from '../../../vitest.cleanup.ts'

const root = join(import.meta.dirname, '..')

/** The result of a demo process. */
export interface DemoResult {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The environment without variables of the engines. */
export const environment: Readonly<Record<string, string | undefined>> = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(INNGEST|TRIGGER)_|^DATABASE_URL$/.test(name)),
)

/** Creates a folder that is removed after the test. PostgreSQL reaches it as a user of its own if this one is root. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'storefront-'))
  chmodSync(folder, 0o755)
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Returns Node's arguments for the demo. */
export function commandOf(args: readonly string[], folder: string = root): string[] {
  return ['--conditions=@cgk-platform/source', join(folder, 'src/demo.ts'), ...args]
}

/** Runs the demo in its own process, as `./dev demo` does. */
export function demo(args: readonly string[] = [], variables: Readonly<Record<string, string>> = {}): DemoResult {
  return run(commandOf(args), variables)
}

function run(command: readonly string[], variables: Readonly<Record<string, string>> = {}): DemoResult {
  const options = { encoding: 'utf8', env: { ...environment, ...variables } } as const
  const { status, stdout, stderr } = spawnSync(process.execPath, command, options)
  return { status, stdout, stderr }
}

/** Runs a copy of the demo with one text in one file replaced. */
export function runAltered(file: string, right: string, wrong: string, args: readonly string[] = []): DemoResult {
  // The copy is next to the original, so that it resolves the same packages.
  mkdirSync(join(root, 'temp'), { recursive: true })
  const copy = mkdtempSync(join(root, 'temp/wrong-'))
  removeAfterRun(copy)
  try {
    for (const folder of ['src', 'data']) cpSync(join(root, folder), join(copy, folder), { recursive: true })
    const text = readFileSync(join(copy, file), 'utf8')
    if (!text.includes(right)) throw new Error(`${file} does not contain \`${right}\`.`)
    writeFileSync(join(copy, file), text.replace(right, wrong))
    return run(commandOf(args, copy))
  } finally {
    rmSync(copy, { recursive: true })
  }
}
