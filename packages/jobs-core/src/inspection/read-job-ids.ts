import { quote } from '../errors/quote.ts'
import { invalidOption } from '../options/check-option-names.ts'
import { kindOf } from '../options/kind-of.ts'

const maxIds = 5000
const remedy = `Pass an array of up to ${maxIds} ids of jobs.`

/**
 * Returns the ids of a selection, each once, or `undefined` if it is a filter. Also `{ ids: undefined }` is no filter,
 * because for one tenant `{}` selects all its jobs.
 */
export function readJobIds(selection: unknown): readonly string[] | undefined {
  if (typeof selection !== 'object' || selection === null) return undefined
  const names = Object.keys(selection)
  if (!names.includes('ids')) return undefined
  const other = names.find((name) => name !== 'ids')
  if (other !== undefined) {
    const instead = 'Pass ids or a filter. For the jobs of one tenant, use `client.forTenant(id)`.'
    throw invalidOption('ids', `cannot be combined with ${quote(other)}`, instead)
  }
  const { ids: given } = selection as { readonly ids: unknown }
  if (!Array.isArray(given)) throw invalidOption('ids', `is ${kindOf(given)}, not an array`, remedy)
  const ids = [...new Set<unknown>(given)]
  if (ids.length > maxIds) throw invalidOption('ids', `has ${ids.length} values; the maximum is ${maxIds}`, remedy)
  for (const id of ids) {
    if (typeof id !== 'string') throw invalidOption('ids', `contains ${quote(id)}`, remedy)
    if (id === '') throw invalidOption('ids', 'contains an empty string', remedy)
  }
  return ids as string[]
}
