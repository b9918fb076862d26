import { ts } from 'ts-morph'

import type { Draft } from './draft.ts'
import { nameOf, propertyOf, valueOf } from './property-of.ts'

/** Turns `cron: '0 5 * * *'`, or `cron: { pattern, timezone }`, into `schedule` and `timezone`. */
export function convertCron(property: ts.ObjectLiteralElementLike, draft: Draft): void {
  const value = valueOf(property)
  if (value && ts.isObjectLiteralExpression(value)) {
    const [pattern, timezone] = [propertyOf(value, 'pattern'), propertyOf(value, 'timezone')]
    const [schedule, zone] = [valueOf(pattern), valueOf(timezone)]
    const other = value.properties.find((option) => !['pattern', 'timezone'].includes(nameOf(option) ?? ''))
    if (!schedule || (timezone && !zone)) draft.problem(property, '`cron` has no `pattern` that is written here')
    else {
      checkPattern(schedule, draft)
      const text = [`schedule: ${schedule.getText()}`, ...(zone ? [`timezone: ${zone.getText()}`] : [])]
      const line = /(\r?\n[ \t]*)$/.exec(property.getSourceFile().text.slice(0, property.getStart()))
      draft.replace(property, text.join(`,${line?.[1] ?? ' '}`))
    }
    if (other)
      draft.problem(
        other,
        `\`${nameOf(other) ?? other.getText()}\` of \`cron\` has no counterpart: choose in code where the job is defined`,
      )
    return
  }
  if (value) checkPattern(value, draft)
  if (ts.isShorthandPropertyAssignment(property)) draft.insert(property, property.getStart(), 'schedule: ')
  else draft.replace(property.name!, 'schedule')
}

function checkPattern(pattern: ts.Expression, draft: Draft): void {
  if (ts.isStringLiteralLike(pattern) && pattern.text.trim().split(/\s+/).length !== 5)
    draft.problem(pattern, `a schedule has five fields; \`${pattern.text}\` has not`)
}
