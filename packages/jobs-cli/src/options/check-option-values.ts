import { type Command, InvalidArgumentError, type Option } from 'commander'

import { isRepeatable } from './repeatable.ts'

/**
 * Makes a command refuse values that are probably mistakes: an empty one, as of a shell variable that is not set; another
 * option, if the value was forgotten; and a second value where only the last one would count.
 */
export function checkOptionValues(command: Command): void {
  for (const option of command.options.filter(({ required }) => required)) {
    const { parseArg } = option
    const canRepeat = isRepeatable(option)
    option.argParser((value, previous) => {
      checkValue(command, option, value, canRepeat)
      return parseArg ? parseArg(value, previous) : value
    })
  }
}

function checkValue(command: Command, option: Option, value: string, canRepeat: boolean): void {
  if (value === '') throw new InvalidArgumentError('It is empty. Pass a value, or omit the option.')
  const [name] = value.split('=')
  if (command.options.some(({ long }) => long === name)) {
    throw new InvalidArgumentError(`It is another option. Pass the value of \`${option.long}\` before it.`)
  }
  if (!canRepeat && command.getOptionValueSource(option.attributeName()) === 'cli') {
    throw new InvalidArgumentError(`\`${option.long}\` takes one value. Pass it once.`)
  }
}
