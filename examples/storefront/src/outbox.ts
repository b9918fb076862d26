/** A mail to deliver. */
interface Mail {
  /** The mail's id. A second delivery with the same id does nothing. */
  readonly id: string
  readonly to: string
  readonly type: string
  readonly subject: string
}

/** The mail service does not answer. */
class MailServiceDownError extends Error {
  override readonly name = 'MailServiceDownError'
  readonly code = 'mail_service_down'
}

/** A mail service. */
export interface Outbox {
  /** @throws {MailServiceDownError} */
  deliver(mail: Mail): Promise<{ readonly type: string; readonly to: string }>
  /** Returns the delivered mails, oldest first. */
  delivered(): Promise<readonly Mail[]>
  /** Begins or ends an outage. */
  setDown(isDown: boolean): void
}

/** Creates an outbox that stores mails in memory instead of sending them. */
export function createOutbox(): Outbox {
  const mails = new Map<string, Mail>()
  let isDown = false
  return {
    async deliver(mail) {
      if (isDown) throw new MailServiceDownError('The mail service does not answer')
      if (!mails.has(mail.id)) mails.set(mail.id, mail)
      return { type: mail.type, to: mail.to }
    },
    delivered: async () => [...mails.values()],
    setDown: (value) => void (isDown = value),
  }
}

/** The app's outbox. */
export const outbox: Outbox = createOutbox()
