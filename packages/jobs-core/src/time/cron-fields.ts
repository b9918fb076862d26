import { InvalidDefinitionError } from '../errors/invalid-definition-error.ts'

/** A checked five-field schedule. */
export interface CronFields {
  /** As it was written, with one blank between the fields. */
  readonly schedule: string
  /** The same with each field but a bare `*` as the list of its values: ascending, none twice, Sunday as 0. */
  readonly expanded: string
  /** True when the hour field has neither `*` nor a step: the times are then fixed local times. */
  readonly hasFixedHours: boolean
}

interface FieldKind {
  readonly name: string
  readonly min: number
  readonly max: number
  /** Words for the values from `min` on. */
  readonly words: readonly string[]
}

const kinds: readonly FieldKind[] = [
  { name: 'minute', min: 0, max: 59, words: [] },
  { name: 'hour', min: 0, max: 23, words: [] },
  { name: 'day-of-month', min: 1, max: 31, words: [] },
  { name: 'month', min: 1, max: 12, words: 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ') },
  { name: 'day-of-week', min: 0, max: 7, words: 'sun mon tue wed thu fri sat'.split(' ') },
]

const longestMonthDays: readonly number[] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

const nicknames: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}

const fiveFields = 'Write five fields (minute, hour, day of month, month, day of week), for example `0 9 * * 1-5`.'

type Refuse = (problem: string, remedy?: string) => InvalidDefinitionError

/**
 * Checks a schedule and expands its fields: numbers, `JAN`-`DEC` and `SUN`-`SAT`, lists, ranges, steps.
 * What only some engines understand is refused, and so is a date that never comes.
 *
 * @throws {InvalidDefinitionError} naming `what` and the field `schedule`.
 */
export function parseCronFields(schedule: unknown, what: string): CronFields {
  const refuse: Refuse = (problem, remedy = fiveFields) =>
    new InvalidDefinitionError({ what, field: 'schedule', problem, remedy })
  if (typeof schedule !== 'string') throw refuse(`is not a string: \`${String(schedule)}\``)
  const texts = splitFields(schedule, refuse)
  const fields = texts.map((text, index) => (text === '*' ? undefined : fieldValues(text, kinds[index]!, refuse)))
  const [, , days, months, weekdays] = fields
  // With a weekday the two day fields are alternatives, so a day that never comes does no harm.
  if (days && months && !weekdays && !months.some((month) => days[0]! <= longestMonthDays[month - 1]!)) {
    throw refuse(
      `names a date that never comes: day ${days.join(', ')} of month ${months.join(', ')}`,
      'Correct the day-of-month or the month field.',
    )
  }
  return {
    schedule: texts.join(' '),
    expanded: fields.map((values) => values?.join(',') ?? '*').join(' '),
    hasFixedHours: !/[*/]/.test(texts[1]!),
  }
}

function splitFields(schedule: string, refuse: Refuse): string[] {
  const texts = schedule.trim().split(/\s+/)
  const first = texts[0]!
  if (first === '') throw refuse('is empty')
  if (first.startsWith('@')) {
    const equivalent = nicknames[schedule.trim().toLowerCase()]
    const remedy = equivalent ? `Write \`${equivalent}\`.` : fiveFields
    throw refuse(`is a word that not every engine knows: \`${schedule.trim()}\``, remedy)
  }
  if (/^(CRON_)?TZ=/i.test(first)) throw refuse(`names a time zone: \`${first}\``, 'Give the zone as `timezone`.')
  if (texts.length === 6) {
    throw refuse(
      `has six fields: \`${texts.join(' ')}\``,
      `Leave the seconds out, since not every engine has them: \`${texts.slice(1).join(' ')}\`.`,
    )
  }
  if (texts.length !== 5) {
    throw refuse(`has ${texts.length} field${texts.length === 1 ? '' : 's'} instead of five: \`${texts.join(' ')}\``)
  }
  return texts
}

function fieldValues(text: string, kind: FieldKind, refuse: Refuse): number[] {
  const values = text.split(',').flatMap((item) => itemValues(item, kind, refuse))
  const distinct = new Set(kind.name === 'day-of-week' ? values.map((value) => value % 7) : values)
  return [...distinct].toSorted((a, b) => a - b)
}

/** `*`, a value or a range, each with or without a step. */
const itemPattern = /^(?:\*|([a-z]+|\d+)(?:-([a-z]+|\d+))?)(?:\/(\d+))?$/i

/** Quartz's and Jenkins' additions: `L` and `W` (last, nearest weekday), `#` (nth weekday), `?` (any), `H` (hashed). */
const extensionPattern = /[#?]|^(?:\d*|[a-z]{3})L(?:-\d+|W)?$|^\d*W$|^H(?:\(.*\))?(?:\/.*)?$/i

function itemValues(item: string, kind: FieldKind, refuse: Refuse): number[] {
  const where = `\`${item}\` in its ${kind.name} field`
  if (extensionPattern.test(item)) {
    throw refuse(`has ${where}, an extension that not every engine knows`, 'Use `*`, values, lists, ranges and steps.')
  }
  const match = itemPattern.exec(item)
  if (!match) throw refuse(`has ${where}, which is malformed`)
  const [, first, second, stepText] = match
  // Sunday is 0 and 7, so an open end of the weekdays is Saturday.
  const last = kind.name === 'day-of-week' ? 6 : kind.max
  const from = first === undefined ? kind.min : toValue(first)
  const openTo = first === undefined || stepText !== undefined ? Math.max(from, last) : from
  const to = second === undefined ? openTo : toValue(second)
  const step = Number(stepText ?? 1)
  if (from > to) throw refuse(`has ${where}, which runs backwards`, 'Write it as two ranges, such as `22-23,0-5`.')
  if (step < 1 || step > to - from + 1) {
    throw refuse(`has ${where}, a step outside 1-${to - from + 1}`, 'Choose a step within the range.')
  }
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step)

  function toValue(text: string): number {
    const word = kind.words.indexOf(text.toLowerCase())
    const value = word < 0 ? Number(text) : kind.min + word
    if (Number.isNaN(value)) throw refuse(`has ${where}, where \`${text}\` is not known`)
    if (value >= kind.min && value <= kind.max) return value
    throw refuse(`has ${where}, which is outside ${kind.min}-${kind.max}`, 'Correct the value.')
  }
}
