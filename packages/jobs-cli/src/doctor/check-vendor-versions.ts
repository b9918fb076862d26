import { satisfies, validRange } from 'semver'

import type { Finding } from './doctor-report.ts'
import type { VendorPackages } from './find-packages.ts'

type Unplaced = Omit<Finding, 'check'>

/** Whether a vendor's packages go with ours, and with each other. It is a problem where that engine is the chosen one. */
export function checkVendorVersions(vendor: VendorPackages, provider: string | undefined): Unplaced[] {
  const status = vendor.engine.name === provider ? 'problem' : 'warning'
  return [...outOfRange(vendor), ...unequalTools(vendor)].map((finding) => ({ status, ...finding }))
}

type Told = Omit<Unplaced, 'status'>

function outOfRange({ range, sdk, appSdk }: VendorPackages): Told[] {
  const copies = new Map([sdk, appSdk].flatMap((one) => (one ? [[one.folder, one] as const] : [])))
  return [...copies.values()]
    .filter(({ version }) => !isWithin(version, range))
    .map(({ name, version }) => ({
      message: `\`${name}\` is ${version}, and this library is made for ${range}`,
      remedy: `Install it in that range: \`npm install ${name}@${range}\`.`,
    }))
}

/** Some vendors' tools refuse an SDK of another version; those of others have a numbering of their own. */
function unequalTools({ engine, toolsMatchSdk, range, appSdk, sdk, tools }: VendorPackages): Told[] {
  const used = appSdk ?? sdk
  if (!toolsMatchSdk || !used) return []
  return tools
    .filter(({ version }) => version !== used.version)
    .map(({ name, version }) => ({ name, version, both: isWithin(version, range) ? version : used.version }))
    .map(({ name, version, both }) => ({
      message: `\`${name}\` is ${version} and \`${used.name}\` ${used.version}; ${engine.title} wants them to be the same`,
      remedy: `Install both in one: \`npm install --save-exact ${name}@${both} ${used.name}@${both}\`.`,
    }))
}

/** Whether a version is one of those that ours is made for; in a workspace the range may be no such thing. */
function isWithin(version: string, range: string | undefined): boolean {
  return range === undefined || validRange(range) === null || satisfies(version, range, { includePrerelease: true })
}
