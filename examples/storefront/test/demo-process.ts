import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { removeAfterRun } from '../../../vitest.leave-nothing.ts'

const root = join(import.meta.dirname, '..')

/** What a process of the demo came to. */
export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** An environment that names no server of a vendor's. */
export const environment: Readonly<Record<string, string | undefined>> = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(INNGEST|TRIGGER)_/.test(name)),
)

/** The arguments of Node for the demo. */
export function commandOf(args: readonly string[], folder: string = root): string[] {
  return ['--conditions=@cgk-platform/source', join(folder, 'src/demo.ts'), ...args]
}

/** Runs the demo in a process of its own, as `./dev demo` does. */
export function demo(args: readonly string[] = [], variables: Readonly<Record<string, string>> = {}): Ended {
  return run(commandOf(args), variables)
}

function run(command: readonly string[], variables: Readonly<Record<string, string>> = {}): Ended {
  const options = { encoding: 'utf8', env: { ...environment, ...variables } } as const
  const { status, stdout, stderr } = spawnSync(process.execPath, command, options)
  return { status, stdout, stderr }
}

/** Runs a copy of the demo in which one text of one file is another. */
export function altered(file: string, right: string, wrong: string, args: readonly string[] = []): Ended {
  // The copy lies beside the original, from where it finds the same packages.
  mkdirSync(join(root, 'temp'), { recursive: true })
  const copy = mkdtempSync(join(root, 'temp/wrong-'))
  removeAfterRun(copy)
  try {
    for (const folder of ['src', 'data']) cpSync(join(root, folder), join(copy, folder), { recursive: true })
    const text = readFileSync(join(copy, file), 'utf8')
    if (!text.includes(right)) throw new Error(`${file} does not hold \`${right}\`.`)
    writeFileSync(join(copy, file), text.replace(right, wrong))
    return run(commandOf(args, copy))
  } finally {
    rmSync(copy, { recursive: true })
  }
}
