import { environment } from '../environment.ts'
import { ProviderNotChosenError } from '../errors/provider-not-chosen-error.ts'

/** The engines that this library has providers for. */
export type ProviderName = 'trigger.dev' | 'inngest' | 'local'

/** Every name that `provider` and `JOB_PROVIDER` take. */
export const providerNames: readonly ProviderName[] = ['trigger.dev', 'inngest', 'local']

const keyNames: Readonly<Record<'trigger.dev' | 'inngest', readonly string[]>> = {
  'trigger.dev': ['TRIGGER_SECRET_KEY'],
  inngest: ['INNGEST_EVENT_KEY', 'INNGEST_SIGNING_KEY'],
}

/** A provider, and what chose it. */
export interface ChosenProvider {
  /** The provider. */
  readonly name: ProviderName
  /** The rest of a sentence that begins with the name and `because`. */
  readonly reason: string
}

/**
 * The provider that the environment asks for: `JOB_PROVIDER`, otherwise the vendor whose key is set, otherwise the local
 * engine, but never in production, where nothing may default to memory.
 *
 * @throws {ProviderNotChosenError} for an unknown name, keys of two vendors, or production without a choice.
 */
export function chooseProvider(variables: Readonly<Record<string, string | undefined>> = environment()): ProviderName {
  return explainProvider(variables).name
}

/** What `chooseProvider` chooses, with the reason. @throws {ProviderNotChosenError} as it does */
export function explainProvider(
  variables: Readonly<Record<string, string | undefined>> = environment(),
): ChosenProvider {
  const named = variables['JOB_PROVIDER']
  if (named) return { name: checkProviderName(named, '`JOB_PROVIDER`'), reason: '`JOB_PROVIDER` names it' }
  const keyed = (['trigger.dev', 'inngest'] as const).filter((name) => keysOf(name, variables).length > 0)
  if (keyed.length > 1) {
    throw new ProviderNotChosenError({
      problem: 'the keys of both Trigger.dev and Inngest are set',
      remedy: 'Set `JOB_PROVIDER` to `trigger.dev` or `inngest`.',
    })
  }
  if (keyed[0]) {
    const keys = keysOf(keyed[0], variables).map((key) => `\`${key}\``)
    return { name: keyed[0], reason: `${keys.join(' and ')} ${keys.length > 1 ? 'are' : 'is'} set` }
  }
  if (variables['NODE_ENV'] !== 'production') {
    return { name: 'local', reason: 'nothing names another, and this is not production' }
  }
  if (variables['JOB_LOCAL_PATH']) {
    const problem = 'this is production and no engine is named: `JOB_LOCAL_PATH` names a file, and chooses none'
    throw new ProviderNotChosenError({ problem, remedy: 'Set `JOB_PROVIDER=local` to keep the jobs in that file.' })
  }
  throw new ProviderNotChosenError({
    problem: 'this is production and no engine is named',
    remedy:
      'Set `JOB_PROVIDER` to `trigger.dev`, `inngest` or `local` (the local engine keeps its jobs in memory, or in a file that `JOB_LOCAL_PATH` names), or the key of one vendor.',
  })
}

function keysOf(name: keyof typeof keyNames, variables: Readonly<Record<string, string | undefined>>): string[] {
  return keyNames[name].filter((key) => variables[key])
}

/** The name, if a provider has it; `where` says who gave it. @throws {ProviderNotChosenError} where none has. */
export function checkProviderName(name: unknown, where: string): ProviderName {
  if (providerNames.includes(name as ProviderName)) return name as ProviderName
  throw new ProviderNotChosenError({
    problem: `${where} is \`${String(name)}\``,
    remedy: `Use ${providerNames.map((known) => `\`${known}\``).join(', ')}.`,
  })
}
