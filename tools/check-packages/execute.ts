import { execFile } from 'node:child_process'

/** Runs a program and answers what it printed; where it fails, the error says all that it printed. */
export function execute(program: string, args: readonly string[], options: { cwd: string }): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { ...options, maxBuffer: 2 ** 26 }, (error, output, errors) => {
      if (!error) return resolve(output)
      reject(new Error(`\`${program} ${args.join(' ')}\` failed\n${output}${errors}`, { cause: error }))
    })
    child.stdin?.end()
  })
}
