import type { Finding, Story } from './story.ts'

/** The file is whole, nothing is open, and no process ended by itself or complained. */
export function checkProcesses({ entries, integrity, isDrained }: Story): Finding[] {
  const findings: Finding[] = []
  if (integrity !== 'ok') findings.push({ rule: 'the file is whole', says: integrity })
  if (!isDrained)
    findings.push({ rule: 'no run is stuck', says: 'something was still open when nothing moved any more' })
  for (const entry of entries) {
    if (entry.what === 'exited') {
      findings.push({ rule: 'no process ends by itself', says: `${entry.process}: ${entry.says}` })
    }
    if (entry.what === 'complaint')
      findings.push({ rule: 'the library makes no mistakes', says: `${entry.by}: ${entry.says}` })
  }
  return findings
}
