/** Converts pounds (`2.55`, `2.1`, `15`) to whole pence without floating-point arithmetic. */
export function toPence(pounds: string): number {
  const [, sign, whole, decimals = ''] = /^(-?)(\d+)(?:\.(\d{1,2}))?$/.exec(pounds) ?? []
  if (whole === undefined) throw new Error(`\`${pounds}\` is not an amount in pounds and pence.`)
  const pence = Number(whole) * 100 + Number(decimals.padEnd(2, '0'))
  return sign === '-' ? -pence : pence
}

/** Formats pence as pounds: `£1,234.56`. */
export function formatPounds(pence: number): string {
  const [whole, decimals] = [Math.floor(Math.abs(pence) / 100), Math.abs(pence) % 100]
  return `${pence < 0 ? '-' : ''}£${whole.toLocaleString('en-GB')}.${String(decimals).padStart(2, '0')}`
}
