import type { ProviderName } from '@cgk-platform/jobs-core'
import { satisfies, validRange } from 'semver'

import type { Finding } from './doctor-report.ts'
import type { VendorPackages } from './find-packages.ts'

type Unplaced = Omit<Finding, 'check'>

/** Whether a vendor's packages go with ours, and with each other. It is a problem where that engine is the chosen one. */
export function checkVendorVersions(vendor: VendorPackages, provider: ProviderName | undefined): Unplaced[] {
  const status = vendor.provider === provider ? 'problem' : 'warning'
  return [...outOfRange(vendor), ...unequalTools(vendor)].map((finding) => ({ status, ...finding }))
}

type Told = Omit<Unplaced, 'status'>

function outOfRange({ range, sdk, appSdk }: VendorPackages): Told[] {
  const copies = new Map([sdk, appSdk].flatMap((one) => (one ? [[one.folder, one] as const] : [])))
  if (range === undefined || validRange(range) === null) return []
  return [...copies.values()]
    .filter(({ version }) => !satisfies(version, range, { includePrerelease: true }))
    .map(({ name, version }) => ({
      message: `\`${name}\` is ${version}, and this library is made for ${range}`,
      remedy: `Install it in that range: \`npm install ${name}@${range}\`.`,
    }))
}

/** Trigger.dev's CLI refuses an SDK of another version. Inngest's has a numbering of its own. */
function unequalTools({ provider, appSdk, sdk, tools }: VendorPackages): Told[] {
  const used = appSdk ?? sdk
  if (provider !== 'trigger.dev' || !used) return []
  return tools
    .filter(({ version }) => version !== used.version)
    .map(({ name, version }) => ({
      message: `\`${name}\` is ${version} and \`${used.name}\` ${used.version}; Trigger.dev wants them to be the same`,
      remedy: `Install both in one version: \`npm install --save-exact ${name}@${used.version}\`.`,
    }))
}
