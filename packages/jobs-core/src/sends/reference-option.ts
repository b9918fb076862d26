import { string } from '../options/kinds.ts'
import type { CreateOptionError, Option } from '../options/option.ts'

/** The maximum number of references of a send. A run of Trigger.dev has no room for more. */
const maxReferences = 5
const maxReferenceLength = 128
const remedy = `Pass up to ${maxReferences} strings of 1 to ${maxReferenceLength} characters, such as the id of an order.`

/** The option `reference` of `listJobs` and `cancelJobs`. */
export const referenceOption: Option<string, string> = string({
  maxLength: maxReferenceLength,
  feature: 'reference',
  remedy: `Pass one string of 1 to ${maxReferenceLength} characters, as in the send.`,
})

/** Checks the option `reference` of a send. Returns each reference once. */
export function readReferences(
  given: string | readonly string[],
  name: string,
  createError: CreateOptionError,
): readonly string[] {
  const all = [...new Set(Array.isArray(given) ? (given as readonly string[]) : [given as string])]
  if (all.length > maxReferences) throw createError(name, `has ${all.length} values`, remedy)
  return all.map((one) => referenceOption.read(one, name, (option, problem) => createError(option, problem, remedy)))
}
