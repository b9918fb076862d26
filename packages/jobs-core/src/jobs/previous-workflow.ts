import { InvalidDefinitionError } from '../errors/invalid-definition-error.ts'
import { quote } from '../errors/quote.ts'
import { declareOptions } from '../options/declare-options.ts'
import { kindOf } from '../options/kind-of.ts'
import { callback, custom, string } from '../options/kinds.ts'
import type { Option } from '../options/option.ts'
import { maxIdLength } from '../options/text-problem.ts'
import type { PreviousWorkflow, WorkflowDefinition } from './steps.ts'

/** The declaration of `version`. */
export const versionOption: Option<string, string> = string({
  maxLength: maxIdLength,
  remedy: "Use a string such as `'2'`.",
})

const previousOptions = declareOptions<PreviousWorkflow, PreviousWorkflow>('a `previous` workflow', {
  version: versionOption,
  steps: callback({ required: 'Pass the function of that version.' }),
  onFailure: callback(),
})

/** The declaration of `previous`. */
export const previousOption: Option<unknown, readonly PreviousWorkflow[]> = custom((given, name, createError) => {
  const remedy = "Pass an array of `{ version: '1', steps }`."
  if (!Array.isArray(given)) throw createError(name, `is ${kindOf(given)}, not an array`, remedy)
  return given.map((one: unknown, index) => {
    const field = `${name}[${index}]`
    const createMemberError = (option: string, problem: string, memberRemedy: string): Error =>
      createError(option === 'options' ? field : `${field}.${option}`, problem, memberRemedy)
    return Object.freeze(previousOptions.read(one, createMemberError))
  })
})

type Versions = Pick<WorkflowDefinition, 'id' | 'version' | 'previous'>

/** Returns the versions whose runs a workflow can continue, the current one first; `null`: without a version. */
export function versionsOf({ version, previous = [] }: Omit<Versions, 'id'>): readonly (string | null)[] {
  return [version ?? null, ...previous.map((one) => one.version ?? null)]
}

/** Returns the workflow with the code of the version that a run began with; `undefined` if it lacks that. */
export function codeOf(
  definition: WorkflowDefinition,
  recorded: string | null | undefined,
): WorkflowDefinition | undefined {
  const place = recorded === undefined ? 0 : versionsOf(definition).indexOf(recorded)
  if (place === 0) return definition
  if (place === -1) return undefined
  const { onFailure: _, ...current } = definition
  const { steps, onFailure } = definition.previous![place - 1]!
  return { ...current, steps, ...(onFailure && { onFailure }) }
}

/** Checks that each version has one code. @throws {InvalidDefinitionError} */
export function checkVersions(definition: Versions): void {
  const versions = versionsOf(definition)
  const index = versions.findIndex((version, place) => versions.indexOf(version) < place)
  if (index === -1) return
  const version = versions[index]
  throw new InvalidDefinitionError({
    what: `defineWorkflow(${quote(definition.id)})`,
    field: `previous[${index - 1}].version`,
    problem: version === null ? 'is missing, as that of another code' : `is ${quote(version)}, as that of another code`,
    remedy: 'Give the current code, and each earlier one, its own version.',
  })
}
