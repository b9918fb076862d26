import { execFile } from 'node:child_process'

/** The working directory of a program, and variables in addition to the environment of this process. */
export interface ExecuteOptions {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
}

// Taken when this module loads: Vite sets `NODE_ENV` in the process that calls it, and programs must not inherit that.
const inherited = { ...process.env }

/** Runs a program and returns its output. @throws an error with the whole output if the program fails. */
export function execute(program: string, args: readonly string[], { cwd, env }: ExecuteOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { cwd, env: { ...inherited, ...env }, maxBuffer: 2 ** 26 }
    const child = execFile(program, args, options, (error, output, errors) => {
      if (!error) return resolve(output)
      reject(new Error(`\`${program} ${args.join(' ')}\` failed\n${output}${errors}`, { cause: error }))
    })
    child.stdin?.end()
  })
}
