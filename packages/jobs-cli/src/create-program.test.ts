import type { Command, Option } from 'commander'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { commandsOf, createProgram } from './create-program.ts'

const program = createProgram('1.0.0')
const leaves = commandsOf(program).filter(({ commands }) => commands.length === 0)

/** The words of a command after its name: an argument, or an option with its value. */
type Words = readonly string[]

const wordsOf = (option: Option, value: string): fc.Arbitrary<Words> =>
  option.required ? fc.constantFrom([option.long!, value], [`${option.long}=${value}`]) : fc.constant([option.long!])

/** A value for each option: a choice, or a word that no other option has. */
const valueOf = ({ argChoices, long }: Option): string => argChoices?.[0] ?? `value-of${long}`

const namesOf = (command: Command): string[] => (command.parent ? [...namesOf(command.parent), command.name()] : [])

/** The words of a command as it understands them. */
interface Parsed {
  readonly args: readonly string[]
  readonly options: Readonly<Record<string, unknown>>
}

/** Parses words without running the command. */
async function parse(command: Command, words: readonly string[]): Promise<Parsed> {
  const fresh = createProgram('1.0.0')
  const target = commandsOf(fresh).find((one) => namesOf(one).join(' ') === namesOf(command).join(' '))!
  let parsed: Parsed | undefined
  target.action(() => void (parsed = { args: target.args, options: target.opts() }))
  await fresh.parseAsync([...namesOf(command), ...words], { from: 'user' })
  return parsed!
}

describe.each(leaves.map((command) => [namesOf(command).join(' '), command] as const))('%s', (_name, command) => {
  const args = command.registeredArguments.map(({ argChoices }, index) => argChoices?.[0] ?? `argument_${index}`)
  const isVariadic = command.registeredArguments.at(-1)?.variadic === true
  const chosenArgs = isVariadic ? fc.subarray([...args, 'more_1', 'more_2'], { minLength: 1 }) : fc.constant(args)

  test('takes the same words as arguments wherever its options stand', async () => {
    const order = fc.subarray([...command.options]).chain((options) =>
      fc.record({
        options: fc.constant(options),
        groups: fc
          .tuple(...options.map((option) => wordsOf(option, valueOf(option))))
          .chain((words) => fc.shuffledSubarray(words, { minLength: words.length })),
        given: chosenArgs,
        gaps: fc.array(fc.nat(), { minLength: 5, maxLength: 5 }),
      }),
    )
    await fc.assert(
      fc.asyncProperty(order, async ({ options, groups, given, gaps }) => {
        const words: Words[] = [...groups]
        // From the last one on, so that the arguments keep their order.
        let end = words.length
        for (const [index, argument] of given.toReversed().entries()) {
          end = gaps[index]! % (end + 1)
          words.splice(end, 0, [argument])
        }
        const parsed = await parse(command, words.flat())
        expect(parsed.args).toEqual(given)
        for (const option of options) {
          // Those that can be repeated collect their values.
          expect([parsed.options[option.attributeName()]].flat()).toEqual([option.required ? valueOf(option) : true])
        }
      }),
      { numRuns: 60 },
    )
  })

  test('has no option that takes several words', () => {
    expect(command.options.filter(({ variadic, optional }) => variadic || optional).map(({ flags }) => flags)).toEqual(
      [],
    )
  })
})

const cancel = leaves.find((command) => command.name() === 'cancel')!

test('a repeated option collects its values, and each takes one word', async () => {
  const { args, options } = await parse(cancel, ['--jobs', 'a.ts', 'id_1', '--jobs=b.ts', 'id_2'])
  expect(args).toEqual(['id_1', 'id_2'])
  expect(options).toEqual({ jobs: ['a.ts', 'b.ts'] })
})

test.each<[what: string, words: string[], message: RegExp]>([
  ['a filter that is given twice', ['--tenant', 'a', '--tenant', 'b'], /`--tenant` takes one value\. Pass it once/],
  ['an empty value', ['--definition', '', '--yes'], /It is empty\. Pass a value, or omit the option/],
  ['an option instead of a value', ['--error', '--yes', 'id_1'], /It is another option\. Pass the value of `--error`/],
  ['an option with a value instead of a value', ['--error', '--state=failed'], /It is another option/],
])('%s is refused', async (_what, words, message) => {
  const printed: string[] = []
  const fresh = createProgram('1.0.0')
  for (const one of commandsOf(fresh)) one.configureOutput({ writeErr: (text) => void printed.push(text) })
  await expect(fresh.parseAsync(['cancel', ...words], { from: 'user' })).rejects.toMatchObject({
    code: 'commander.invalidArgument',
  })
  expect(printed.join('')).toMatch(message)
})
