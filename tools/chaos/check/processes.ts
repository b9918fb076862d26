import type { Finding, Story } from './story.ts'

/** The file is whole, nothing is open, no process ended by itself or complained, and something was done at all. */
export function checkProcesses({ entries, integrity, isDrained, sent, jobs }: Story): Finding[] {
  const findings: Finding[] = []
  if (sent.size === 0 || !jobs.some(({ state }) => state === 'completed')) {
    findings.push({ rule: 'a run shows something', says: 'nothing was sent, or nothing completed: give it more time' })
  }
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
