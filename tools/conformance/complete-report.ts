import {
  type CaseResult,
  conformanceCases,
  type ConformanceReport,
  type ConformanceTarget,
  runConformance,
} from '@cgk-platform/jobs-core/conformance'

/** Runs the cases that a report says are not supported on another target of the same provider, and takes its results. */
export async function completeReport(
  report: ConformanceReport,
  target: ConformanceTarget,
  onResult: (result: CaseResult) => void,
): Promise<ConformanceReport> {
  const open = new Set(report.results.filter(({ outcome }) => outcome === 'not supported').map(({ id }) => id))
  if (open.size === 0) return report
  const again = await runConformance(target, { cases: conformanceCases.filter(({ id }) => open.has(id)), onResult })
  const results = report.results.map((result) => again.results.find(({ id }) => id === result.id) ?? result)
  return {
    ...report,
    results,
    passed: report.passed + again.passed,
    failed: report.failed + again.failed,
    notSupported: again.notSupported,
  }
}
