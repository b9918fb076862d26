import { jobStates } from '@cgk-platform/jobs-core/scheduling'
import type { Command, Option } from 'commander'

/** Returns the ids of the definitions of the app. */
export type DefinitionIds = () => Promise<readonly string[]>

/**
 * Returns the candidates for the last of these words, from the commands and their options.
 *
 * @param words - the words after the name of the program
 */
export async function completeWords(
  program: Command,
  words: readonly string[],
  definitionIds: DefinitionIds,
): Promise<string[]> {
  const before = words.slice(0, -1)
  const current = words.at(-1) ?? ''
  const { command, rest } = findCommand(program, before)
  const option = optionAwaitingValue(command, before.at(-1))
  if (option) return matching(await valuesOf(option, current, definitionIds), current)
  if (current.startsWith('-')) {
    const flags = command
      .createHelp()
      .visibleOptions(command)
      .flatMap(({ long }) => long ?? [])
    return matching(flags, current)
  }
  const names = command
    .createHelp()
    .visibleCommands(command)
    .map((one) => one.name())
  const isFirst = rest.length === 0
  if (command.name() === 'run' && isFirst) return matching(await definitionIds(), current)
  const choices = isFirst ? (command.registeredArguments[0]?.argChoices ?? []) : []
  return matching([...names, ...choices], current)
}

/** Finds the innermost command, and the words after its name that are no options and no values of options. */
function findCommand(program: Command, words: readonly string[]): { command: Command; rest: string[] } {
  let command = program
  let rest: string[] = []
  for (const [index, word] of words.entries()) {
    const next = command.commands.find((one) => one.name() === word)
    if (optionAwaitingValue(command, words[index - 1]) || word.startsWith('-')) continue
    if (next) {
      command = next
      rest = []
    } else rest.push(word)
  }
  return { command, rest }
}

function optionAwaitingValue({ options }: Command, word: string | undefined): Option | undefined {
  return options.find((option) => option.long === word && (option.required || option.optional))
}

async function valuesOf(option: Option, current: string, definitionIds: DefinitionIds): Promise<readonly string[]> {
  if (option.argChoices) return option.argChoices
  if (option.long === '--definition') return definitionIds()
  if (option.long !== '--state') return []
  // Several states: the last one is completed.
  const before = current.slice(0, current.lastIndexOf(',') + 1)
  return jobStates.map((state) => before + state)
}

function matching(candidates: readonly string[], current: string): string[] {
  return candidates.filter((candidate) => candidate.startsWith(current))
}
