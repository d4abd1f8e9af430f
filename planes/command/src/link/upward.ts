import { type SubscriberIdentity, subscriberKinds, type Upward } from '@etis/contracts/link';
import { type Acknowledgement, type SectionStamp, type Signed, sectionNames } from '@etis/contracts/snapshot';
import { errors } from '../errors.ts';

/** Certificates and directives in one message; more than are ever in force. */
const mostSigned = 2_000;
const idPattern = /^[a-z0-9][a-z0-9.-]{0,79}$/;
const digestPattern = /^[0-9a-f]{64}$/;

/** Reads a message of a subscriber, whatever it may hold. What is signed in it is not verified. @throws COMMAND_LINK_PROTOCOL */
export function readUpward(text: string): Upward {
  let message: Upward;
  try {
    message = JSON.parse(text) as Upward;
  } catch (error) {
    throw errors.LINK_PROTOCOL.because({ cause: error }, 'a message is not JSON');
  }
  if (!isObject(message) || !isWhole(message)) throw errors.LINK_PROTOCOL('a message is not of a known form');
  return message;
}

/** Whose receipt it says that it is. @throws COMMAND_LINK_PROTOCOL */
export function readReceiptOwner({ payload }: Signed): { readonly subscriber: unknown; readonly installation: unknown } {
  const { subscriber, installation } = readSaid(payload, 'a receipt');
  return { subscriber, installation };
}

/** Reads what a subscriber signed as its acknowledgement. @throws COMMAND_LINK_PROTOCOL */
export function readAcknowledgement({ payload }: Signed): Acknowledgement {
  const value = readSaid(payload, 'an acknowledgement') as unknown as Acknowledgement;
  const isKnown =
    isCount(value.epoch) &&
    isCount(value.version) &&
    (value.state === 'fresh' || value.state === 'stale') &&
    isBySection(
      value.sections,
      (one) =>
        isCount(one['version']) && (one['refused'] === null || (typeof one['refused'] === 'string' && one['refused'].length <= 2_000)),
    );
  if (!isKnown) throw errors.LINK_PROTOCOL('an acknowledgement is not of a known form');
  return value;
}

export function isIdentity(value: unknown): value is SubscriberIdentity {
  if (!isObject(value)) return false;
  const { id, kind, scope } = value;
  const isScope = scope === null || (typeof scope === 'string' && scope.length > 0 && scope.length <= 1_000);
  return typeof id === 'string' && idPattern.test(id) && subscriberKinds.some((known) => known === kind) && isScope;
}

function isWhole(message: Upward): boolean {
  switch (message.type) {
    case 'enrol':
      return isText(message.secret, 200) && isText(message.publicKey, 100) && isIdentity(message.identity) && isSigned(message.proof);
    case 'hello':
      return (
        isIdentity(message.identity) &&
        (message.channel === 'command' || message.channel === 'data') &&
        isHoldings(message.holds) &&
        isSigned(message.proof)
      );
    case 'acknowledgement':
    case 'receipt':
      return isSigned(message.signed);
    case 'shown':
      return isSignedObject(message.manifest) && isSignedList(message.certificates) && isSignedList(message.directives);
    case 'beat':
      return true;
    case 'telemetry':
      return isObject(message.batch) && isCount(message.batch.sequence) && isReportList(message.batch.reports);
    case 'audit':
      return isCount(message.sequence) && isObjectList(message.rows);
    default:
      return false;
  }
}

function isHoldings(value: unknown): boolean {
  if (!isObject(value) || !isCount(value['epoch']) || !isCount(value['version'])) return false;
  const { sections, directives } = value;
  const isListed = Array.isArray(directives) && directives.length <= mostSigned && directives.every(isDigest);
  return isListed && isBySection(sections, (one) => isStamp(one));
}

function isStamp(value: Readonly<Record<string, unknown>>): value is Readonly<Record<string, unknown>> & SectionStamp {
  return isCount(value['version']) && isDigest(value['sha256']);
}

function isBySection(value: unknown, isOne: (one: Readonly<Record<string, unknown>>) => boolean): boolean {
  if (!isObject(value)) return false;
  return Object.entries(value).every(([name, one]) => sectionNames.some((known) => known === name) && isObject(one) && isOne(one));
}

function isSigned(value: unknown): value is Signed {
  return isObject(value) && isText(value['payload'], 1_000_000) && isText(value['keyId'], 100) && isText(value['signature'], 100);
}

function isSignedList(value: unknown): boolean {
  return Array.isArray(value) && value.length <= mostSigned && value.every(isSignedObject);
}

/** What is signed is read before anybody has verified it, to find out when it was said. */
function isSignedObject(value: unknown): boolean {
  if (!isSigned(value)) return false;
  try {
    return isObject(JSON.parse(value.payload));
  } catch {
    return false;
  }
}

/** What else a report holds is for who takes it; whose it is decides whether it is taken at all. */
function isReportList(value: unknown): boolean {
  return Array.isArray(value) && value.every((report: unknown) => isObject(report) && isText(report['subscriber'], 200));
}

function isObjectList(value: unknown): boolean {
  return Array.isArray(value) && value.every(isObject);
}

function readSaid(payload: string, what: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch (error) {
    throw errors.LINK_PROTOCOL.because({ cause: error }, `${what} is not JSON`);
  }
  if (!isObject(value)) throw errors.LINK_PROTOCOL(`${what} is not of a known form`);
  return value;
}

function isDigest(value: unknown): boolean {
  return typeof value === 'string' && digestPattern.test(value);
}

function isText(value: unknown, max: number): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= max;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
