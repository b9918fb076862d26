import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '..')
const next = createRequire(import.meta.url).resolve('next/dist/bin/next')

/** The running app. */
export interface RunningApp {
  readonly url: string
  close(): Promise<void>
}

/** Builds the app for production. @throws with the output of Next.js. */
export async function buildApp(): Promise<void> {
  const { child, printed } = runNext(['build'], {})
  const [exitCode] = (await once(child, 'close')) as [number | null]
  if (exitCode !== 0) throw new Error(`\`next build\` ended with ${exitCode}:\n${printed()}`)
}

/** Starts the built app on a free port. @throws with the output of Next.js if it ends before it listens. */
export async function startApp(variables: Record<string, string>): Promise<RunningApp> {
  const { child, printed } = runNext(['start', '--hostname', '127.0.0.1', '--port', '0'], variables)
  const closed = once(child, 'close')
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', () => {
      const [address] = /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(printed()) ?? []
      if (address && printed().includes('Ready')) resolve(address)
    })
    closed.then(() => reject(new Error(`\`next start\` ended:\n${printed()}`)), reject)
  })
  return {
    url,
    async close() {
      child.kill()
      await closed
    },
  }
}

function runNext(
  args: readonly string[],
  variables: Record<string, string>,
): { child: ChildProcess; printed(): string } {
  // Variables of the machine must not choose another engine.
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(INNGEST|TRIGGER|JOB)_|^NODE_(?!COMPILE_CACHE$)/.test(name),
  )
  const child = spawn(process.execPath, [next, ...args], {
    cwd: folder,
    env: { ...Object.fromEntries(inherited), NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  const append = (chunk: Buffer): void => void (text += String(chunk))
  child.stdout.on('data', append)
  child.stderr.on('data', append)
  return { child, printed: () => text }
}
