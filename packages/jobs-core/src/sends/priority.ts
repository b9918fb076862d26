import { integer } from '../options/kinds.ts'
import type { Option } from '../options/option.ts'

/** The maximum of a priority and of its opposite, in seconds. It is the same on Inngest. */
const maxPriority = 600

/** The declaration of `priority`. */
export const priorityOption: Option<number, number> = integer({
  min: -maxPriority,
  max: maxPriority,
  feature: (priority: number) => (priority < 0 ? ['priority', 'priority below 0'] : ['priority']),
  remedy: `Pass a whole number of seconds from -${maxPriority} to ${maxPriority}.`,
})

/** Returns a run's priority, in seconds: the send's, otherwise the definition's, otherwise 0. */
export function priorityOf(
  envelope: { readonly priority?: number },
  definition: { readonly priority?: number } | undefined,
): number {
  return envelope.priority ?? definition?.priority ?? 0
}
