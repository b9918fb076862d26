import { parseArgs, type ParseArgsConfig } from 'node:util'

const providers = ['local', 'inngest', 'trigger.dev'] as const
const defaultFolder = 'storefront-data'

/** What the command line asks for. */
export interface DemoOptions {
  readonly help: boolean
  readonly play: 'days' | 'fulfilment'
  readonly realTime: boolean
  readonly provider: (typeof providers)[number]
  /** Where the local engine keeps its jobs, and the gateway its books, so that both outlive the demo. */
  readonly folder?: string | undefined
}

/** The command line cannot be read. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** How the demo is called. */
export const usage = `Usage: ./dev demo [fulfilment] [options]

Plays two trading days of a real shop: orders, payments, retries, refunds, reports.
With fulfilment, the orders of one day as workflows: paid, packed, delivered within days, or compensated.

  --real-time         on the machine's clock, all orders at once
  --provider <name>   local (default), inngest or trigger.dev
  --store sqlite      the local engine keeps its jobs in a file, in real time: kill the demo half-way (kill -9), start
                      it again, and it goes on where it was
  --folder <path>     where that file lies. Default: ${defaultFolder}
  --help              this text

With inngest, an engine in this process speaks Inngest's protocol to its SDK. Where INNGEST_BASE_URL
or INNGEST_DEV names a server, that is used instead, in real time. With trigger.dev, the jobs run in the
worker of Trigger.dev's CLI, in real time, over a server in this process; where TRIGGER_SECRET_KEY and
TRIGGER_API_URL name another, over that one. The fulfilment takes days, so it is played on a virtual
clock alone: locally, or with inngest. JOB_LOG_LEVEL=info shows what is logged.`

const config = {
  options: {
    'real-time': { type: 'boolean' },
    provider: { type: 'string' },
    store: { type: 'string' },
    folder: { type: 'string' },
    help: { type: 'boolean' },
  },
  allowPositionals: true,
} as const satisfies ParseArgsConfig

/** Reads the command line. @throws {UsageError} saying what is wrong with it. */
export function readOptions(args: readonly string[]): DemoOptions {
  const { values, positionals } = parse(args)
  const { provider: name = 'local', help = false, 'real-time': realTime = false } = values
  const [word, ...more] = positionals
  const unknown = word === undefined || word === 'fulfilment' ? more[0] : word
  if (unknown !== undefined) throw new UsageError(`Unexpected argument '${unknown}'`)
  const play = word === undefined ? 'days' : 'fulfilment'
  const provider = providers.find((one) => one === name)
  if (!provider) throw new UsageError(`Unknown provider '${name}'`)
  if (play === 'fulfilment' && realTime) throw new UsageError('The fulfilment takes days: leave --real-time out')
  if (play === 'fulfilment' && provider === 'trigger.dev')
    throw new UsageError(
      'The fulfilment takes days, and time is real with trigger.dev: play it locally, or with inngest',
    )
  const folder = folderOf(values, provider)
  if (folder !== undefined && play === 'fulfilment')
    throw new UsageError('The fulfilment is played on a virtual clock, which no file outlives: leave --store out')
  return { help, play, provider, realTime: realTime || provider === 'trigger.dev' || folder !== undefined, folder }
}

function folderOf({ store = 'memory', folder }: { store?: string; folder?: string }, provider: string) {
  if (store !== 'memory' && store !== 'sqlite') throw new UsageError(`Unknown store '${store}'`)
  if (store === 'memory' && folder === undefined) return undefined
  if (store === 'memory') throw new UsageError('--folder goes with --store sqlite')
  if (provider !== 'local') throw new UsageError('--store is for the local engine')
  return folder ?? defaultFolder
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ ...config, args: [...args] })
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error })
  }
}
