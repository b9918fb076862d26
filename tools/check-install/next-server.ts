import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'

/** A running server of a built Next.js app. */
export interface NextServer {
  readonly url: string
  close(): Promise<void>
}

/** Starts the output of `next build` on a free port, and waits until it listens. */
export async function startNext(cwd: string, env: Readonly<Record<string, string>>): Promise<NextServer> {
  const next = join(cwd, '../node_modules/next/dist/bin/next')
  const child = spawn(process.execPath, [next, 'start', '--port', '0'], { cwd, env: { ...process.env, ...env } })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const close = async (): Promise<void> => {
    child.kill()
    await ended
  }
  try {
    return { url: await addressOf(child), close }
  } catch (error) {
    await close()
    throw error
  }
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = ''
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        printed += text
        const [, port] = /http:\/\/localhost:(\d+)/.exec(printed) ?? []
        if (port !== undefined && /Ready/.test(printed)) resolve(`http://127.0.0.1:${port}`)
      })
    }
    child.once('exit', () => reject(new Error(`\`next start\` exited before it listened: ${printed}`)))
  })
}
