import { writeFileSync } from 'node:fs'
import { runConformance, conformanceCases } from '@cgk-platform/jobs-core/conformance'
import { brokenProviders } from './broken-providers.ts'
import { createLocalTarget } from './local-target.ts'
const failing = new Map<string, number>()
const out: Record<string, string[]> = {}
process.on('unhandledRejection', (e) => console.log('UNHANDLED', e))
const only = process.argv[2]
for (const one of brokenProviders) {
  if (only && !one.name.includes(only)) continue
  const t0 = Date.now()
  try {
    const report = await runConformance(
      createLocalTarget({
        ...(one.wrap && { wrap: one.wrap }),
        ...(one.createDefault && { createDefault: one.createDefault }),
      }),
      { caseLimitMs: 10_000 },
    )
    const failed = report.results.filter((r) => r.outcome === 'failed')
    for (const { id } of failed) failing.set(id, (failing.get(id) ?? 0) + 1)
    out[one.name] = failed.map((r) => (r.rule.name === '' ? '' : r.id))
    console.log(
      `${Date.now() - t0}ms [${one.rule}] ${one.name}: ${failed.length} ${failed
        .slice(0, 12)
        .map((r) => r.id)
        .join(' ')}`,
    )
    if (only) for (const f of failed) console.log(f.id, String((f as any).error).slice(0, 300))
  } catch (e) {
    console.log('ERR', one.name, e)
  }
}
writeFileSync('/tmp/matrix.json', JSON.stringify(out))
console.log(
  'NEVER',
  conformanceCases
    .filter((c) => !failing.has(c.id))
    .map((c) => c.id)
    .join('\n'),
)
