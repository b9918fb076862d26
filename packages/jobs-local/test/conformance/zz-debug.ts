import { runConformance, conformanceCases } from '@cgk-platform/jobs-core/conformance'
import { createLocalTarget } from '/work/main/packages/jobs-local/test/conformance/local-target.ts'
const only = process.argv[3]?.split(',')
const report = await runConformance(createLocalTarget({ time: (process.argv[2] ?? 'virtual') as never }), {
  caseLimitMs: 30_000,
  cases: conformanceCases.filter((c) => !only || only.some((o) => c.id.includes(o))),
  onResult(r) {
    if (r.outcome !== 'passed' || r.durationMs > 500)
      console.log(
        r.outcome,
        r.id,
        r.durationMs,
        r.outcome === 'failed'
          ? (r.error as Error).stack?.split('\n').slice(0, 14).join('\n')
          : r.outcome === 'not supported'
            ? r.reason
            : '',
      )
  },
})
console.log(report.passed, report.failed, report.notSupported, report.results.length)
