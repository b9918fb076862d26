import { join } from 'node:path'

import type { Compilation } from './consumer.ts'
import { execute } from './execute.ts'

/** Options of a compilation. */
interface CompileOptions {
  /** The folder of the project. */
  readonly cwd: string
  /** Handling of errors in declarations of other packages. Default `reported`. */
  readonly thirdPartyErrors?: 'reported' | 'ignored'
  /** Arguments before those of the compiler, if another program runs it. */
  readonly before?: readonly string[]
  /** Whether to write the compiled programs. Default `true`. */
  readonly emits?: boolean
}

/** Returns the compiler of a project: the oldest TypeScript, which it has installed, or that of this repository. */
export function compilerOf(which: Compilation['compiler'], cwd: string): string {
  return which === 'oldest' ? join(cwd, 'node_modules/.bin/tsc') : 'tsc'
}

/**
 * Compiles a project with the declarations of its packages. Errors in third-party declarations can be ignored, since
 * Inngest's do not compile under `exactOptionalPropertyTypes`. The project and this library must compile.
 * @throws an error with the compiler's errors.
 */
export async function compile(
  compiler: string,
  configuration: string,
  { cwd, thirdPartyErrors = 'reported', before = [], emits = true }: CompileOptions,
): Promise<void> {
  try {
    await execute(compiler, [...before, '-p', configuration, '--pretty', 'false', '--noEmit', String(!emits)], { cwd })
  } catch (error) {
    if (thirdPartyErrors === 'reported') throw error
    const errors = (error as Error).message.split('\n').filter((line) => /error TS\d+:/.test(line))
    const ours = errors.filter((line) => !isThirdParty(line))
    if (errors.length === 0) throw error // the compiler failed to start
    if (ours.length > 0) throw new Error(ours.join('\n'), { cause: error })
  }
}

/** Returns true for an error in a package of `node_modules` that is not part of this library. */
function isThirdParty(line: string): boolean {
  const [path = ''] = line.split('(')
  const [, ...inPackages] = path.split('node_modules/')
  return inPackages.length > 0 && !inPackages.at(-1)!.startsWith('@cgk-platform/')
}
