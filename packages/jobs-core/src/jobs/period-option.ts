import { duration } from '../options/kinds.ts'
import type { Option } from '../options/option.ts'
import type { Duration } from '../options/duration.ts'

/**
 * Declares a time in which runs are held back: 1 s to 7 days, as on Inngest.
 *
 * @param what - the time, for the remedy
 */
export function periodOption(
  what: string,
  { required, example }: { readonly required: string; readonly example: Duration },
): Option<number | Duration, number, 'Ms'> {
  const remedy = `Pass a ${what} from 1 s to 7 days, such as \`'${example}'\`.`
  return duration({ minMs: 1000, maxMs: 7 * 86_400_000, required, remedy })
}
