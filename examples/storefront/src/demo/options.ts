import { parseArgs, type ParseArgsConfig } from 'node:util'

const providers = ['local', 'inngest', 'trigger.dev'] as const

/** What the command line asks for. */
export interface DemoOptions {
  readonly help: boolean
  readonly play: 'days' | 'fulfilment'
  readonly realTime: boolean
  readonly provider: (typeof providers)[number]
}

/** The command line cannot be read. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** How the demo is called. */
export const usage = `Usage: ./dev demo [fulfilment] [options]

Plays two trading days of a real shop: orders, payments, retries, refunds, reports.
With fulfilment, the orders of one day as workflows: paid, packed, delivered within days, or undone.

  --real-time         on the machine's clock, all orders at once
  --provider <name>   local (default), inngest or trigger.dev
  --help              this text

With inngest, an engine in this process speaks Inngest's protocol to its SDK. Where INNGEST_BASE_URL
or INNGEST_DEV names a server, that is used instead, in real time. With trigger.dev, the jobs run in the
worker of Trigger.dev's CLI, in real time, over a server in this process; where TRIGGER_SECRET_KEY and
TRIGGER_API_URL name another, over that one. The fulfilment takes days, so it is played on a virtual
clock alone: locally, or with inngest. JOB_LOG_LEVEL=info shows what is logged.`

const config = {
  options: { 'real-time': { type: 'boolean' }, provider: { type: 'string' }, help: { type: 'boolean' } },
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
  return { help, play, provider, realTime: realTime || provider === 'trigger.dev' }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ ...config, args: [...args] })
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error })
  }
}
