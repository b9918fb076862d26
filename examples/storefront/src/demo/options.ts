import { parseArgs, type ParseArgsConfig } from 'node:util'

const providers = ['local', 'inngest', 'trigger.dev'] as const
const stores = ['memory', 'sqlite', 'postgres'] as const
const scenarios = ['days', 'fulfilment', 'rush', 'incident'] as const
const defaultFolder = 'storefront-data'

/** The options of the demo. */
export interface DemoOptions {
  readonly help: boolean
  readonly scenario: (typeof scenarios)[number]
  readonly realTime: boolean
  /** Shows the two days in the dashboard, at a watchable speed. */
  readonly dashboard: boolean
  readonly provider: (typeof providers)[number]
  readonly store: (typeof stores)[number]
  /** The folder for the store's files and the gateway's journal, which outlive the demo. */
  readonly folder?: string | undefined
  /** Chooses what goes wrong in the incident. */
  readonly seed: number
}

/** The command line is invalid. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The help text of the demo. */
export const usage = `Usage: ./dev demo [fulfilment | rush | incident] [options]

Simulates two trading days of a real shop: orders, payments, retries, refunds and reports.
With fulfilment, runs the orders of one day as workflows: paid, packed, delivered within days, or compensated.
With rush, sends the orders of one day at once: throttled, fair to small shops, express orders first.
With incident, breaks a shop, and opens the dashboard on it: find out what fails, and why jobs wait.

  --dashboard         open the dashboard on the two days, which take four minutes, until Ctrl-C
  --real-time         use the system clock and send all orders at once
  --provider <name>   local (default), inngest or trigger.dev
  --store <name>      memory (default), sqlite or postgres: store the jobs in a file or in PostgreSQL, in real
                      time: kill the demo half-way (kill -9), start it again, and it continues
  --seed <number>     of the incident: chooses the shops, jobs and errors. Default: 1
  --folder <path>     folder of the files. Default: ${defaultFolder}
  --help              print this text

postgres starts a server, which npm has installed, or uses the database in DATABASE_URL.
inngest uses a loopback engine in this process, or the server in INNGEST_BASE_URL or INNGEST_DEV, in real
time. trigger.dev runs the jobs in the worker of Trigger.dev's CLI, in real time, with a loopback server in
this process, or with the server in TRIGGER_API_URL and TRIGGER_SECRET_KEY. The fulfilment takes days, so it
needs the virtual clock: use local or inngest. The rush runs on local, in memory,
the incident on local, with a file, or on inngest. JOB_LOG_LEVEL=info shows the logs.`

const config = {
  options: {
    dashboard: { type: 'boolean' },
    'real-time': { type: 'boolean' },
    provider: { type: 'string' },
    store: { type: 'string' },
    folder: { type: 'string' },
    seed: { type: 'string' },
    help: { type: 'boolean' },
  },
  allowPositionals: true,
} as const satisfies ParseArgsConfig

/** Parses the command line. @throws {UsageError} if it is invalid */
export function readOptions(args: readonly string[]): DemoOptions {
  const { values, positionals } = parse(args)
  const { provider: name = 'local', help = false, dashboard = false, 'real-time': inRealTime = false } = values
  const [word, ...more] = positionals
  const scenario = scenarios.find((one) => one === (word ?? 'days'))
  const unknown = scenario === undefined || word === 'days' ? word : more[0]
  if (scenario === undefined || unknown !== undefined) throw new UsageError(`Unexpected argument '${unknown}'`)
  const provider = providers.find((one) => one === name)
  if (!provider) throw new UsageError(`Unknown provider '${name}'`)
  if (scenario !== 'days' && dashboard) throw new UsageError(`The dashboard shows the two days: omit ${scenario}`)
  if (scenario === 'fulfilment' && inRealTime) throw new UsageError('The fulfilment takes days: omit --real-time')
  if (scenario === 'fulfilment' && provider === 'trigger.dev')
    throw new UsageError(
      'The fulfilment takes days, and trigger.dev runs in real time: use --provider local or inngest',
    )
  const store = storeOf(values.store, provider)
  const folder = folderOf(values.folder, store)
  if (folder !== undefined && scenario === 'fulfilment')
    throw new UsageError('The fulfilment needs the virtual clock, which works only in memory: omit --store')
  if (scenario === 'rush' && (inRealTime || provider !== 'local' || folder !== undefined))
    throw new UsageError('The rush needs the virtual clock, and pauses a job: omit --real-time, --provider and --store')
  if (scenario === 'incident' && (inRealTime || provider === 'trigger.dev' || folder !== undefined))
    throw new UsageError(
      'The incident has a file of its own: omit --real-time and --store. Use --provider local or inngest',
    )
  const seed = seedOf(values.seed, scenario)
  const realTime = inRealTime || dashboard || provider === 'trigger.dev' || folder !== undefined
  return { help, scenario, provider, realTime, dashboard, store, folder, seed }
}

function seedOf(given: string | undefined, scenario: string): number {
  if (given !== undefined && scenario !== 'incident') throw new UsageError('--seed requires incident')
  if (!/^\d{1,9}$/.test(given ?? '1')) throw new UsageError(`--seed is no whole number: '${given}'`)
  return Number(given ?? 1)
}

function storeOf(name = 'memory', provider: string): DemoOptions['store'] {
  const store = stores.find((one) => one === name)
  if (!store) throw new UsageError(`Unknown store '${name}'`)
  if (store !== 'memory' && provider !== 'local') throw new UsageError('--store requires --provider local')
  return store
}

function folderOf(folder: string | undefined, store: DemoOptions['store']): string | undefined {
  if (store !== 'memory') return folder ?? defaultFolder
  if (folder !== undefined) throw new UsageError('--folder requires --store sqlite or postgres')
  return undefined
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ ...config, args: [...args] })
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error })
  }
}
