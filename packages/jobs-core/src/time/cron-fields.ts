import { type CronExpression, CronExpressionParser } from 'cron-parser'

import { InvalidDefinitionError } from '../errors/invalid-definition-error.ts'
import { quote } from '../errors/quote.ts'
import { truncate } from '../errors/truncate.ts'
import { kindOf } from '../options/kind-of.ts'

/** A validated five-field schedule. */
export interface CronFields {
  /** The schedule as written, with one space between the fields. */
  readonly schedule: string
  /**
   * Computes the times in UTC. Every field except `*` is expanded to unique values in ascending order, with Sunday as
   * 0.
   */
  readonly times: CronExpression
  /** Whether the hour field has neither `*` nor a step, so that the schedule has fixed local times. */
  readonly hasFixedHours: boolean
}

interface FieldKind {
  readonly name: string
  /** The name in `cron-parser`. */
  readonly key: 'minute' | 'hour' | 'dayOfMonth' | 'month' | 'dayOfWeek'
  /** The last value, which ends an open range such as `3/2`. */
  readonly last: number
}

const kinds: readonly FieldKind[] = [
  { name: 'minute', key: 'minute', last: 59 },
  { name: 'hour', key: 'hour', last: 23 },
  { name: 'day-of-month', key: 'dayOfMonth', last: 31 },
  { name: 'month', key: 'month', last: 12 },
  { name: 'day-of-week', key: 'dayOfWeek', last: 6 }, // Saturday; 7 is an alias of Sunday
]

const nicknames: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}

/** Every value of every field, listed, has 361 characters. */
const maxLength = 500

const fiveFields = 'Write five fields (minute, hour, day of month, month, day of week), for example `0 9 * * 1-5`.'
const plainItems = 'Use `*`, values, lists, ascending ranges and steps. Not every engine supports other syntax.'

type Refuse = (problem: string, remedy?: string) => InvalidDefinitionError

/**
 * Validates a schedule and parses its fields: numbers, `JAN`-`DEC` and `SUN`-`SAT`, lists, ranges and steps. Rejects
 * syntax that only some engines support, and a date that never occurs.
 *
 * @throws {InvalidDefinitionError} naming `what` and the field `schedule`.
 */
export function parseCronFields(schedule: unknown, what: string): CronFields {
  const refuse: Refuse = (problem, remedy = fiveFields) =>
    new InvalidDefinitionError({ what, field: 'schedule', problem, remedy })
  if (typeof schedule !== 'string') throw refuse(`is ${kindOf(schedule)}, not a string`)
  const texts = splitFields(schedule, refuse)
  const expanded = texts
    .map((text, index) => (text === '*' ? text : fieldValues(text, kinds[index]!, refuse)))
    .join(' ')
  return { schedule: texts.join(' '), times: parseExpanded(), hasFixedHours: !/[*/]/.test(texts[1]!) }

  function parseExpanded(): CronExpression {
    try {
      return CronExpressionParser.parse(expanded, { tz: 'UTC' })
    } catch {
      // Each field is valid, so the combination is not.
      const date = truncate(`day ${texts[2]} of month ${texts[3]}`, 100)
      throw refuse(`has a date that never occurs: ${date}`, 'Correct the day-of-month or the month field.')
    }
  }
}

function splitFields(schedule: string, refuse: Refuse): string[] {
  if (schedule.length > maxLength) {
    throw refuse(`has ${schedule.length} characters; the maximum is ${maxLength}`, plainItems)
  }
  const texts = schedule.trim().split(/\s+/)
  const first = texts[0]!
  if (first === '') throw refuse('is empty')
  if (first.startsWith('@')) {
    const equivalent = nicknames[schedule.trim().toLowerCase()]
    const remedy = equivalent ? `Write \`${equivalent}\`.` : fiveFields
    throw refuse(`is a nickname that not every engine supports: ${quote(schedule.trim())}`, remedy)
  }
  if (/^(CRON_)?TZ=/i.test(first)) throw refuse(`contains a time zone: ${quote(first)}`, 'Set `timezone` instead.')
  if (texts.length === 6) {
    throw refuse(
      `has six fields: ${quote(texts.join(' '))}`,
      `Omit the seconds, which not every engine supports: ${quote(texts.slice(1).join(' '))}.`,
    )
  }
  if (texts.length !== 5) {
    throw refuse(`has ${texts.length} field${texts.length === 1 ? '' : 's'} instead of five: ${quote(texts.join(' '))}`)
  }
  return texts
}

/** Lists the values of a field. Parses its items one by one, because `cron-parser` rejects duplicate values. */
function fieldValues(text: string, kind: FieldKind, refuse: Refuse): string {
  const values = text.split(',').flatMap((item) => itemValues(item, kind, refuse))
  return [...distinct(values, kind)].toSorted((a, b) => a - b).join(',')
}

function distinct(values: readonly number[], { key }: FieldKind): Set<number> {
  return new Set(key === 'dayOfWeek' ? values.map((day) => day % 7) : values)
}

/** `*`, a value or a range, each with an optional step. `cron-parser` accepts more, such as `?`, `L`, `#` and `H`. */
const itemPattern = /^(\*|(?:[a-z]{3}|\d+)(-(?:[a-z]{3}|\d+))?)(?:\/(\d+))?$/i

function itemValues(item: string, kind: FieldKind, refuse: Refuse): number[] {
  const where = `${quote(item)} in its ${kind.name} field`
  const [, range, end, step] = itemPattern.exec(item) ?? []
  if (range === undefined) throw refuse(`has ${where}, which is not \`*\`, a value or a range`, plainItems)
  try {
    if (step === undefined) return parsedValues(range, kind)
    const isOpen = range !== '*' && !end && Number(range) !== kind.last + 1 // no day follows 7, Sunday
    const closed = isOpen ? `${range}-${kind.last}` : range
    const maxStep = distinct(parsedValues(closed, kind), kind).size
    if (Number(step) > maxStep) throw new RangeError(`step greater than ${maxStep}`)
    return parsedValues(`${closed}/${step}`, kind)
  } catch (error) {
    throw refuse(
      `has ${where}, which is invalid: ${truncate((error as Error).message.replace(/\.$/, ''), 100)}`,
      plainItems,
    )
  }
}

function parsedValues(item: string, kind: FieldKind): number[] {
  const { fields } = CronExpressionParser.parse(kinds.map((one) => (one === kind ? item : '*')).join(' '))
  return fields[kind.key].values.map(Number)
}
