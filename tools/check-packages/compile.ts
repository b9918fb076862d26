import { execute } from './execute.ts'

/** Where a project is, and how strictly it is compiled. */
interface CompileOptions {
  readonly cwd: string
  readonly ofOthers?: 'refused' | 'passed over'
  /** Arguments before the compiler's own, where another program runs it. */
  readonly before?: readonly string[]
  /** Whether the programs are written, too; default true. */
  readonly emits?: boolean
}

/**
 * Compiles a project, declarations of its packages included. Errors in declarations of others may be passed over:
 * Inngest's do not compile by themselves under `exactOptionalPropertyTypes`. What is ours, and the project's, must.
 */
export async function compile(
  compiler: string,
  configuration: string,
  { cwd, ofOthers = 'refused', before = [], emits = true }: CompileOptions,
): Promise<void> {
  try {
    await execute(compiler, [...before, '-p', configuration, '--pretty', 'false', '--noEmit', String(!emits)], { cwd })
  } catch (error) {
    if (ofOthers === 'refused') throw error
    const errors = (error as Error).message.split('\n').filter((line) => /error TS\d+:/.test(line))
    const ours = errors.filter((line) => !isOfOthers(line))
    if (errors.length === 0) throw error // it did not come so far
    if (ours.length > 0) throw new Error(ours.join('\n'), { cause: error })
  }
}

/** In a package of `node_modules` that is not ours, wherever the installer has put it. */
function isOfOthers(line: string): boolean {
  const [path = ''] = line.split('(')
  const [, ...inPackages] = path.split('node_modules/')
  return inPackages.length > 0 && !inPackages.at(-1)!.startsWith('@cgk-platform/')
}
