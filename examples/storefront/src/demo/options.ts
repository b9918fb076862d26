import { parseArgs, type ParseArgsConfig } from 'node:util'

const providers = ['local', 'inngest', 'trigger.dev'] as const

/** What the command line asks for. */
export interface DemoOptions {
  readonly help: boolean
  readonly realTime: boolean
  readonly provider: (typeof providers)[number]
}

/** The command line cannot be read. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** How the demo is called. */
export const usage = `Usage: ./dev demo [options]

Plays two trading days of a real shop: orders, payments, retries, refunds, reports.

  --real-time         on the machine's clock, all orders at once
  --provider <name>   local (default), inngest or trigger.dev
  --help              this text

With inngest, an engine in this process speaks Inngest's protocol to its SDK. Where INNGEST_BASE_URL
or INNGEST_DEV names a server, that is used instead, in real time. With trigger.dev, the jobs run in the
worker of Trigger.dev's CLI, in real time, over a server in this process; where TRIGGER_SECRET_KEY and
TRIGGER_API_URL name another, over that one. JOB_LOG_LEVEL=info shows what is logged.`

const config = {
  options: { 'real-time': { type: 'boolean' }, provider: { type: 'string' }, help: { type: 'boolean' } },
} as const satisfies ParseArgsConfig

/** Reads the command line. @throws {UsageError} saying what is wrong with it. */
export function readOptions(args: readonly string[]): DemoOptions {
  const { provider: name = 'local', help = false, 'real-time': realTime = false } = valuesOf(args)
  const provider = providers.find((one) => one === name)
  if (!provider) throw new UsageError(`Unknown provider '${name}'`)
  return { help, provider, realTime: realTime || provider === 'trigger.dev' }
}

function valuesOf(args: readonly string[]) {
  try {
    return parseArgs({ ...config, args: [...args] }).values
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error })
  }
}
