import { expect } from 'vitest'

import type { DoctorReport, FindingStatus } from '../src/doctor/doctor-report.ts'
import type { Environment } from '../../jobs/test/snippets/reader-project.ts'
import { runCommand } from './run-command.ts'

/** What the command found. */
export interface Looked {
  readonly exitCode: number | null
  readonly stdout: string
  readonly report: DoctorReport
  /** The messages of a status with what to do, each after its check. */
  told(status: FindingStatus): string[]
}

/** Runs the command in a folder, for a program to read. */
export async function doctorIn(folder: string, environment: Environment, ...args: string[]): Promise<Looked> {
  const { exitCode, stdout, stderr } = await runCommand(['doctor', '--json', ...args], folder, environment)
  expect(stdout, stderr).not.toBe('')
  const report = JSON.parse(stdout) as DoctorReport
  expect(exitCode).toBe(report.ok ? 0 : 1)
  return {
    exitCode,
    stdout,
    report,
    told: (status) =>
      report.findings
        .filter((one) => one.status === status)
        .map(({ check, message, remedy }) => `${check}: ${message}${remedy === undefined ? '' : ` ${remedy}`}`),
  }
}
