import { boolean } from '../options/kinds.ts'
import type { Option } from '../options/option.ts'

/** The declaration of `transaction`. */
export const transactionOption: Option<boolean, boolean> = boolean({
  feature: (isOn: boolean) => (isOn ? ['transaction of a handler'] : []),
})
