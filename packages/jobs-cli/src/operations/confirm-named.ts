import type { Output } from '../terminal/output.ts'
import { confirmChange } from './confirm-change.ts'

/** Asks before a change of many jobs that names no number, such as a pause. @param change - such as "Pause the tenant `acme`" */
export async function confirmNamed(
  change: string,
  { yes = false }: { readonly yes?: boolean },
  output: Output,
): Promise<number | undefined> {
  if (yes) return undefined
  const refusal = `${change} changes more than one job. Add \`--yes\`.`
  return confirmChange({ question: `${change}?`, refusal, declined: 'Nothing was changed.' }, output)
}
