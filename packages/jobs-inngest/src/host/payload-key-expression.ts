import { isReserved } from '../wire/inngest-event.ts'
import { isPlainMember } from '../wire/is-plain-member.ts'

const tenant = 'event.data.tenantId'

/**
 * Returns Inngest's expression for a key of the payload. Its text is the same for two events if their tenant and
 * `payloadKeyOf` are the same. It starts with the length of the tenant's id and ends with the id, so it is never
 * another tenant's text.
 */
export function payloadKeyExpression(path: string): string {
  if (path === 'tenantId') return tenant
  const value = `event.data${toMembers(path)}`
  // `string` alone turns 1000000 into `1e+06`. `int` of a text is an error, which equals nothing.
  const text = `(int(${value}) == ${value} ? string(int(${value})) : string(${value}))`
  const hasNone = `${value} == null || type(${value}) == map || type(${value}) == list`
  return `string(size(${tenant})) + (${hasNone} ? "-" : "+" + ${text}) + ${tenant}`
}

function toMembers(path: string): string {
  const names = path.split('.')
  const members = names.map((name) => (isPlainMember(name) ? `.${name}` : `["${name}"]`)).join('')
  return isReserved(names[0]!) ? `._job.reserved${members}` : members
}
