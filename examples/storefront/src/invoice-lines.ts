import { toPence } from './money.ts'

/** One parsed line of the file. */
export interface InvoiceLine {
  readonly invoice: string
  readonly sku: string
  readonly description: string
  readonly quantity: number
  /** Pence. */
  readonly unitAmount: number
  readonly date: string
  /** Empty if the invoice names no customer. */
  readonly customerId: string
  readonly country: string
}

const header = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country'

/** Parses the invoice lines of a CSV text. @throws {Error} if a line is invalid, with its number */
export function readInvoiceLines(csv: string): InvoiceLine[] {
  const [first, ...lines] = csv.trimEnd().split('\n')
  if (first !== header) throw new Error(`The file must begin with the line ${header}`)
  return lines.map((line, index) => {
    const fields = fieldsOf(line)
    const [invoice, sku, description, quantity, date, unitPrice, customerId, country] = fields as Row
    if (fields.length !== 8 || !/^-?\d+$/.test(quantity))
      throw new Error(`Line ${index + 2} is not an invoice line: ${line}`)
    return {
      invoice,
      sku,
      description,
      quantity: Number(quantity),
      unitAmount: toPence(unitPrice),
      date,
      customerId,
      country,
    }
  })
}

type Row = [string, string, string, string, string, string, string, string]

/** Splits a CSV line into fields, which may be quoted. The file has no line breaks inside fields. */
function fieldsOf(line: string): string[] {
  const fields = line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)
  return [...fields].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '')
}
