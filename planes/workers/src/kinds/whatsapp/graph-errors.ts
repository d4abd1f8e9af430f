/**
 * What an error code of the Graph API means for a message. `retry`: an outage, tried again soon. `throttled`: the app, account or number sends too
 * much. `recipient`: this recipient got one a moment ago. `paused`: the number is held back for a longer while. All others end the message, and say
 * whose turn it is: `final` nobody's, `template` and `account` the tenant's, `access` the operator's, `request` ours.
 */
export type GraphErrorClass = 'retry' | 'throttled' | 'recipient' | 'paused' | 'final' | 'template' | 'account' | 'access' | 'request';

const minute = 60_000;

/** How long to wait at least before the next attempt, in milliseconds; null where there is none. */
export const waitMs: Readonly<Record<GraphErrorClass, number | null>> = {
  retry: 0,
  throttled: minute / 2,
  recipient: 6_000,
  paused: 60 * minute,
  final: null,
  template: null,
  account: null,
  access: null,
  request: null,
};

const codes: Readonly<Record<GraphErrorClass, readonly number[]>> = {
  retry: [1, 2, 131000, 131016, 131057],
  throttled: [4, 80007, 130429, 133016],
  recipient: [131056],
  paused: [131048, 131064],
  final: [131026, 131049, 131050, 131047, 131021, 131030, 131062, 131063, 131051, 131052, 131053, 130472],
  template: [132000, 132001, 132005, 132007, 132012, 132015, 132016, 132068, 132069],
  account: [131031, 368, 130497, 131042, 131045, 131037],
  access: [0, 190, 3, 10, 131005],
  request: [131008, 131009, 100, 33],
};

const classes = new Map(Object.entries(codes).flatMap(([name, listed]) => listed.map((code) => [code, name as GraphErrorClass] as const)));

/** A code that is in no list is judged by the HTTP status: what the server blames on itself or on the pace is tried again. */
export function graphErrorClass(code: number | null, httpStatus: number): GraphErrorClass {
  const known = code === null ? undefined : classes.get(code);
  if (known !== undefined) return known;
  // 200 to 299 are permissions that the app lacks.
  if (code !== null && code >= 200 && code <= 299) return 'access';
  if (httpStatus === 429) return 'throttled';
  if (httpStatus >= 500) return 'retry';
  return httpStatus === 401 || httpStatus === 403 ? 'access' : 'request';
}

const advice: Readonly<Partial<Record<number, string>>> = {
  131047: 'more than 24 hours have passed since the user wrote; send a template instead',
  131050: 'the user stopped marketing messages',
  131026: 'it cannot be delivered to this user',
  190: 'the access token has expired; give the number a new one',
};

/** What to do about it, in words that the person whose turn it is can use. */
export function graphErrorAdvice(code: number | null, kind: GraphErrorClass): string {
  const own = code === null ? undefined : advice[code];
  if (own !== undefined) return own;
  if (kind === 'template') return 'the template is not usable like this; correct it at Meta';
  if (kind === 'account') return 'Meta holds the account back; see its Business Manager';
  if (kind === 'access') return 'the access token may not do this; give the number another one';
  if (kind === 'request') return 'the message is not as the Graph API wants it';
  return kind === 'final' ? 'this message will not be delivered' : 'it is tried again';
}
