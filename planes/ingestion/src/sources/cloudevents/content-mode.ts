/** How a request holds its events: in `ce-` headers and the body, or as JSON in the body, one or many. `other` is a format that is not read here. */
export type ContentMode = 'binary' | 'structured' | 'batched' | 'other' | 'none';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** By the Content-Type first, as the specification says; case does not matter, parameters neither. */
export function contentMode(headers: Headers): ContentMode {
  const mediaType = mediaTypeOf(headers['content-type']);
  if (mediaType === 'application/cloudevents+json') return 'structured';
  if (mediaType === 'application/cloudevents-batch+json') return 'batched';
  if (mediaType.startsWith('application/cloudevents')) return 'other';
  return headers['ce-specversion'] === undefined ? 'none' : 'binary';
}

/** The media type in lower case, without its parameters; empty where there is none. */
export function mediaTypeOf(contentType: string | string[] | undefined): string {
  return typeof contentType === 'string' ? (contentType.split(';', 1)[0] ?? '').trim().toLowerCase() : '';
}
