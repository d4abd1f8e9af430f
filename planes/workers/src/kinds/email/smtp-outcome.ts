/** What nodemailer tells of an error: the server's reply code where there was a reply, and the command that it answered. */
export interface SmtpTrouble {
  readonly responseCode?: number;
  readonly command?: string;
  readonly code?: string;
}

/**
 * What an error means for another attempt. A reply is definite: 4yz may be repeated, 5yz may not (RFC 5321, section 4.2.1), except that a refused
 * login or greeting says nothing about the message. Without a reply it matters whether the server had begun to take the message: before, nothing
 * was sent; after, nobody knows.
 */
export function outcomeOf(trouble: SmtpTrouble, begun: boolean): 'retry' | 'terminal' | 'unknown' {
  const { responseCode, command = '', code } = trouble;
  if (responseCode !== undefined && responseCode >= 400) {
    const aboutMessage = /^(MAIL|RCPT|DATA)/.test(command);
    return aboutMessage && responseCode >= 500 ? 'terminal' : 'retry';
  }
  if (begun) return 'unknown';
  // Nodemailer uses the same codes where the server answered babble; only its own refusals have the command API.
  const malformed = command === 'API' && (code === 'EENVELOPE' || code === 'EMESSAGE');
  return malformed ? 'terminal' : 'retry';
}
