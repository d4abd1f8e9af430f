/** Writes DER (ITU-T X.690) for the few types that a certificate is made of. */
export const der = {
  sequence: (...items: readonly Buffer[]) => tagged(0x30, Buffer.concat(items)),
  set: (...items: readonly Buffer[]) => tagged(0x31, Buffer.concat(items)),
  /** Positive, from big-endian bytes. */
  integer(bytes: Buffer): Buffer {
    const start = bytes.findIndex((byte) => byte !== 0);
    const digits = start < 0 ? Buffer.from([0]) : bytes.subarray(start);
    return tagged(0x02, (digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), digits]) : digits);
  },
  yes: () => tagged(0x01, Buffer.from([0xff])),
  text: (text: string) => tagged(0x0c, Buffer.from(text)),
  octets: (bytes: Buffer) => tagged(0x04, bytes),
  /** Whole bytes, of which the last `unused` bits do not count. */
  bits: (bytes: Buffer, unused = 0) => tagged(0x03, Buffer.concat([Buffer.from([unused]), bytes])),
  /** UTC, whole seconds, in the form that RFC 5280 asks for: with two digits of the year before 2050. */
  time(at: number): Buffer {
    const digits = new Date(at).toISOString().replaceAll(/[-:T]|\..*$/g, '');
    return digits < '2050' ? tagged(0x17, Buffer.from(`${digits.slice(2)}Z`)) : tagged(0x18, Buffer.from(`${digits}Z`));
  },
  oid(dotted: string): Buffer {
    const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
    return tagged(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
  },
  /** Context-specific, around other values (`constructed`) or in place of one. */
  context: (number: number, content: Buffer, { constructed = true } = {}) => tagged((constructed ? 0xa0 : 0x80) | number, content),
} as const;

function tagged(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag, ...lengthOf(content.length)]), content]);
}

function lengthOf(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [0x80 | bytes.length, ...bytes];
}

function base128(number: number): readonly number[] {
  const digits = [number % 128];
  for (let rest = Math.floor(number / 128); rest > 0; rest = Math.floor(rest / 128)) digits.unshift((rest % 128) | 0x80);
  return digits;
}
