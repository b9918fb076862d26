import { styleText } from 'node:util'

import type { DoctorReport, Finding, FindingStatus } from './doctor-report.ts'

const colours = { ok: 'green', unknown: 'cyan', warning: 'yellow', problem: 'red' } as const

/** A report for people: a line for each finding, what to do below it, and the verdict last. */
export function renderText({ findings }: DoctorReport, stream: NodeJS.WriteStream): string {
  const paint = (status: FindingStatus, text: string): string =>
    styleText(colours[status], text, { validateStream: true, stream })
  const lines = findings.map(({ check, status, message, remedy }) => {
    const line = `${paint(status, status.padEnd(7))}  ${check.padEnd(9)}  ${message}`
    return remedy === undefined ? line : `${line}\n${' '.repeat(20)}${remedy}`
  })
  return [...lines, '', verdict(findings, paint), ''].join('\n')
}

function verdict(findings: readonly Finding[], paint: (status: FindingStatus, text: string) => string): string {
  const problems = findings.filter(({ status }) => status === 'problem').length
  const warnings = findings.filter(({ status }) => status === 'warning').length
  const sums = [counted(problems, 'problem'), counted(warnings, 'warning')].filter((sum) => sum !== '').join(', ')
  if (problems > 0) return paint('problem', `${sums}.`)
  const isPartial = findings.some(({ status }) => status === 'unknown')
  const none = isPartial ? 'No problems in what was checked' : 'No problems'
  return warnings > 0 ? paint('warning', `${none}, ${sums}.`) : paint('ok', `${none}.`)
}

function counted(count: number, what: string): string {
  if (count === 0) return ''
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
