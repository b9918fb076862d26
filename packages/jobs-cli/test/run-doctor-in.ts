import type { Environment } from '@cgk-platform/test-kit/execute'
import { runCommand } from '@cgk-platform/test-kit/run-command'
import { expect } from 'vitest'

import type { DoctorReport, FindingStatus } from '../src/doctor/doctor-report.ts'

/** The result of a run of `doctor`. */
export interface DoctorRun {
  readonly exitCode: number | null
  readonly stdout: string
  readonly report: DoctorReport
  /** Returns the findings of a status as `check: message remedy`. */
  messagesOf(status: FindingStatus): string[]
}

/** Runs `doctor --json` in a folder. */
export async function runDoctorIn(folder: string, environment: Environment, ...args: string[]): Promise<DoctorRun> {
  const { exitCode, stdout, stderr } = await runCommand(['doctor', '--json', ...args], folder, environment)
  expect(stdout, stderr).not.toBe('')
  const report = JSON.parse(stdout) as DoctorReport
  expect(exitCode).toBe(report.ok ? 0 : 1)
  return {
    exitCode,
    stdout,
    report,
    messagesOf: (status) =>
      report.findings
        .filter((one) => one.status === status)
        .map(({ check, message, remedy }) => `${check}: ${message}${remedy === undefined ? '' : ` ${remedy}`}`),
  }
}
