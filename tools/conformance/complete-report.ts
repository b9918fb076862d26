import {
  type CaseResult,
  conformanceCases,
  type ConformanceReport,
  type ConformanceTarget,
  runConformance,
} from '@cgk-platform/jobs-conformance'

/** Runs the unsupported cases of a report on another target of the same provider, and merges the results. */
export async function completeReport(
  report: ConformanceReport,
  target: ConformanceTarget,
  onResult: (result: CaseResult) => void,
): Promise<ConformanceReport> {
  const open = new Set(report.results.filter(({ outcome }) => outcome === 'not supported').map(({ id }) => id))
  if (open.size === 0) return report
  const second = await runConformance(target, { cases: conformanceCases.filter(({ id }) => open.has(id)), onResult })
  const results = report.results.map((result) => second.results.find(({ id }) => id === result.id) ?? result)
  return {
    ...report,
    results,
    passed: report.passed + second.passed,
    failed: report.failed + second.failed,
    notSupported: second.notSupported,
  }
}
