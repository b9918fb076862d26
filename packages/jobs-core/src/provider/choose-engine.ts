import { environment } from '../runtime/environment.ts'
import { ProviderNotChosenError } from '../errors/provider-not-chosen-error.ts'
import { quote } from '../errors/quote.ts'
import type { EngineDescriptor } from '../engines/engine-descriptor.ts'
import { findMisnamedVariable, type MisnamedVariable } from './find-misnamed-variable.ts'

/** Environment variables by name. */
type Variables = Readonly<Record<string, string | undefined>>

/** An engine and the reason for its choice. */
export interface ChosenEngine<Engine extends EngineDescriptor = EngineDescriptor> {
  /** The engine. */
  readonly engine: Engine
  /** Completes the sentence "`engine`, because …". */
  readonly reason: string
  /** Reports a variable that is probably meant to choose another engine. */
  readonly warning?: { readonly message: string; readonly remedy: string }
}

/**
 * Chooses an engine: `JOB_PROVIDER`, otherwise the engine whose key is set, otherwise the only one, otherwise
 * the fallback. In production the fallback must be named, because it may store jobs in memory.
 *
 * @throws {ProviderNotChosenError} for an unknown name, keys of two engines, or, in production, without a choice or with
 *   a misnamed variable.
 */
export function chooseEngine<Engine extends EngineDescriptor>(
  known: readonly Engine[],
  variables: Variables = environment(),
): ChosenEngine<Engine> {
  const named = variables['JOB_PROVIDER']
  if (named) return { engine: requireEngine(known, named, '`JOB_PROVIDER`'), reason: '`JOB_PROVIDER` is set to it' }
  const keyed = known.filter((engine) => keysOf(engine, variables).length > 0)
  if (keyed.length > 1) {
    throw new ProviderNotChosenError({
      problem: `the keys of ${list(
        keyed.map(({ title }) => title),
        'and',
      )} are set`,
      remedy: `Set \`JOB_PROVIDER\` to ${list(namesOf(keyed), 'or')}.`,
    })
  }
  const misnamed = findMisnamedVariable(known, variables)
  if (keyed[0]) {
    const keys = keysOf(keyed[0], variables)
    const choice = { engine: keyed[0], reason: `${list(keys, 'and')} ${keys.length > 1 ? 'are' : 'is'} set` }
    return misnamed?.meant === 'JOB_PROVIDER' ? withWarning(choice, misnamed, variables) : choice
  }
  const [only] = known
  if (only && known.length === 1 && !only.isFallback) return { engine: only, reason: 'no other engine is installed' }
  const fallback = known.find(({ isFallback }) => isFallback)
  if (fallback && variables['NODE_ENV'] !== 'production') {
    return withWarning({ engine: fallback, reason: 'it is the default outside production' }, misnamed, variables)
  }
  throw notChosen(known, variables, misnamed)
}

/** Finds an engine by its name. `source` says where the name comes from. @throws {ProviderNotChosenError} */
export function requireEngine<Engine extends EngineDescriptor>(
  known: readonly Engine[],
  name: unknown,
  source: string,
): Engine {
  const found = known.find((engine) => engine.name === name)
  if (found) return found
  throw new ProviderNotChosenError({
    problem: `${source} is ${quote(name)}, which is not an available engine`,
    remedy: known.length === 0 ? importOne : `Use ${list(namesOf(known), 'or')}, or import the package of that engine.`,
  })
}

/** Adds the warning about a misnamed variable to a choice that would be another one without the mistake. */
function withWarning<Engine extends EngineDescriptor>(
  choice: ChosenEngine<Engine>,
  misnamed: MisnamedVariable | undefined,
  variables: Variables,
): ChosenEngine<Engine> {
  const { name, title } = choice.engine
  if (!misnamed || variables[misnamed.name] === name) return choice
  const problem = `\`${misnamed.name}\` is set but not read`
  const remedy = `Set \`${misnamed.meant}\` instead, or \`JOB_PROVIDER=${name}\` to use ${title}.`
  if (variables['NODE_ENV'] === 'production') throw new ProviderNotChosenError({ problem, remedy })
  return { ...choice, warning: { message: `${problem}, so ${title} is used`, remedy } }
}

const importOne = 'Import from `@cgk-platform/jobs`, or import the package of an engine.'

function notChosen(
  known: readonly EngineDescriptor[],
  variables: Variables,
  misnamed: MisnamedVariable | undefined,
): ProviderNotChosenError {
  if (known.length === 0) return new ProviderNotChosenError({ problem: 'no engine is imported', remedy: importOne })
  const isProduction = variables['NODE_ENV'] === 'production'
  const problem = isProduction ? 'in production, an engine must be chosen explicitly' : 'no engine is configured'
  if (misnamed) {
    return new ProviderNotChosenError({
      problem: `${problem}, and \`${misnamed.name}\` is not read`,
      remedy: `Set \`${misnamed.meant}\` instead.`,
    })
  }
  const [set] = known.flatMap(({ name, variables: own = [] }) =>
    own.filter((variable) => variables[variable.name]).map((variable) => ({ name, variable: variable.name })),
  )
  if (set) {
    return new ProviderNotChosenError({
      problem: `${problem}, and \`${set.variable}\` alone does not choose an engine`,
      remedy: `Set \`JOB_PROVIDER=${set.name}\` to use that engine.`,
    })
  }
  const hasKeys = known.some(({ variables: own = [] }) => own.some(({ choosesEngine }) => choosesEngine))
  const remedy = `Set \`JOB_PROVIDER\` to ${list(namesOf(known), 'or')}${hasKeys ? ', or set the key of one engine' : ''}.`
  return new ProviderNotChosenError({ problem, remedy })
}

function keysOf({ variables: own = [] }: EngineDescriptor, variables: Variables): string[] {
  return own.filter(({ name, choosesEngine }) => choosesEngine && variables[name]).map(({ name }) => `\`${name}\``)
}

function namesOf(known: readonly EngineDescriptor[]): string[] {
  return known.map(({ name }) => `\`${name}\``)
}

function list(words: readonly string[], last: 'and' | 'or'): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`
}
