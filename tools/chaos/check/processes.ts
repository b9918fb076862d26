import type { Finding, IndexedEvidence } from './indexed-evidence.ts'

/** Checks the store, open jobs, exits and internal errors, and that the chaos run completed a job at all. */
export function checkProcesses({ entries, integrity, isDrained, sent, jobs }: IndexedEvidence): Finding[] {
  const findings: Finding[] = []
  if (sent.size === 0 || !jobs.some(({ state }) => state === 'completed')) {
    findings.push({
      rule: 'at least one job completes',
      message: 'no job was sent or completed. Increase `--minutes`.',
    })
  }
  if (integrity !== 'ok') findings.push({ rule: 'the store passes the integrity check', message: integrity })
  if (!isDrained)
    findings.push({ rule: 'no run is stuck', message: 'jobs were still open when all progress had stopped' })
  for (const entry of entries) {
    if (entry.type === 'exited') {
      findings.push({ rule: 'no process exits unexpectedly', message: `${entry.process}: ${entry.message}` })
    }
    if (entry.type === 'internal error')
      findings.push({ rule: 'the library logs no internal errors', message: `${entry.by}: ${entry.message}` })
  }
  return findings
}
