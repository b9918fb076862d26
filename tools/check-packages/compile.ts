import { execute } from './execute.ts'

/**
 * Compiles a project, declarations of its packages included. Errors in declarations of others may be passed over:
 * Inngest's do not compile by themselves under `exactOptionalPropertyTypes`. What is ours, and the project's, must.
 */
export async function compile(
  compiler: string,
  configuration: string,
  { cwd, ofOthers = 'refused' }: { cwd: string; ofOthers?: 'refused' | 'passed over' },
): Promise<void> {
  try {
    await execute(compiler, ['-p', configuration, '--pretty', 'false'], { cwd })
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
