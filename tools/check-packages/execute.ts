import { execFile } from 'node:child_process'

/** Where a program runs, and what it finds in its environment besides ours. */
export interface ExecuteOptions {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
}

/** Runs a program and answers what it printed; where it fails, the error says all that it printed. */
export function execute(program: string, args: readonly string[], { cwd, env }: ExecuteOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { cwd, env: { ...process.env, ...env }, maxBuffer: 2 ** 26 }
    const child = execFile(program, args, options, (error, output, errors) => {
      if (!error) return resolve(output)
      reject(new Error(`\`${program} ${args.join(' ')}\` failed\n${output}${errors}`, { cause: error }))
    })
    child.stdin?.end()
  })
}
