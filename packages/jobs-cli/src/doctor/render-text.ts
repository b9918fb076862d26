import { styleText } from 'node:util'

import { escapeInvisible } from '@cgk-platform/jobs-core/tools'

import type { DoctorReport, Finding, FindingStatus } from './doctor-report.ts'

const colors = { ok: 'green', unknown: 'cyan', warning: 'yellow', problem: 'red' } as const

/** Renders a report as text: a line per finding, its remedy below, and a summary at the end. */
export function renderText({ findings }: DoctorReport, stream: NodeJS.WriteStream): string {
  const paint = (status: FindingStatus, text: string): string =>
    styleText(colors[status], text, { validateStream: true, stream })
  const lines = findings.map(({ check, status, message, remedy }) => {
    const line = `${paint(status, status.padEnd(7))}  ${check.padEnd(9)}  ${escapeInvisible(message, '\n')}`
    return remedy === undefined ? line : `${line}\n${' '.repeat(20)}${escapeInvisible(remedy, '\n')}`
  })
  return [...lines, '', summarize(findings, paint), ''].join('\n')
}

function summarize(findings: readonly Finding[], paint: (status: FindingStatus, text: string) => string): string {
  const problems = findings.filter(({ status }) => status === 'problem').length
  const warnings = findings.filter(({ status }) => status === 'warning').length
  const counts = [pluralize(problems, 'problem'), pluralize(warnings, 'warning')]
    .filter((text) => text !== '')
    .join(', ')
  if (problems > 0) return paint('problem', `${counts}.`)
  const isPartial = findings.some(({ status }) => status === 'unknown')
  const none = isPartial ? 'No problems in the completed checks' : 'No problems'
  return warnings > 0 ? paint('warning', `${none}, ${counts}.`) : paint('ok', `${none}.`)
}

function pluralize(count: number, noun: string): string {
  if (count === 0) return ''
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
