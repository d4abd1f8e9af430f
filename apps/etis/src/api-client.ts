import { readFile } from 'node:fs/promises';
import { type Client, createClient, type ProblemError, UnreachableError } from '@etis/client';
import type { Config } from '@etis/kernel';
import { errors } from './errors.ts';
import { homeAt, readPrivate } from './platform/home.ts';

/** Asks the platform of this home, as its operator. Everything throws ETIS_NOT_RUNNING and ETIS_REQUEST_REFUSED. */
export interface ApiClient {
  readonly url: string;
  readonly platform: Client;
  /** What is no part of the Platform API: routes that only a demonstration has. */
  get<T>(path: string, query?: Readonly<Record<string, string | undefined>>): Promise<T>;
}

/** @throws ETIS_CREDENTIAL_MISSING */
export async function createApiClient(config: Config): Promise<ApiClient> {
  const home = homeAt(config.home);
  const token = (await readPrivate(home.operatorToken))?.trim();
  if (!token) throw errors.CREDENTIAL_MISSING(home.operatorToken);
  const url = await addressOf(config);
  const platform = createClient({ url, token, translate: ourError });
  return {
    url,
    platform,
    async get<T>(path: string, query: Readonly<Record<string, string | undefined>> = {}) {
      const address = new URL(path, url);
      for (const [name, value] of Object.entries(query)) if (value !== undefined) address.searchParams.set(name, value);
      const response = await fetch(address, { headers: { authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(30_000) }).catch(
        (cause: unknown) => {
          throw errors.NOT_RUNNING.because({ cause }, url);
        },
      );
      const body: unknown = await response.json().catch(() => ({}));
      if (!response.ok) throw errors.REQUEST_REFUSED(response.status, detailOf(body));
      return body as T;
    },
  };
}

/** Where the platform of this home listens: what it wrote when it started, otherwise what the settings say. */
async function addressOf(config: Config): Promise<string> {
  const text = await readFile(homeAt(config.home).running, 'utf8').catch(() => null);
  if (text !== null) {
    const running: unknown = JSON.parse(text);
    if (typeof running === 'object' && running !== null && 'url' in running && typeof running.url === 'string') return running.url;
  }
  return `http://${config.host === '0.0.0.0' ? '127.0.0.1' : config.host}:${config.port}`;
}

/** One sentence, and the places that were refused. */
function ourError(error: ProblemError | UnreachableError): Error {
  if (error instanceof UnreachableError) return errors.NOT_RUNNING.because({ cause: error }, error.url);
  const places = error.errors.map(({ pointer, detail }) => `\n  ${pointer || 'the body'}: ${detail}`).join('');
  return errors.REQUEST_REFUSED.because({ cause: error }, error.status, `${error.message}${places}`);
}

function detailOf(problem: unknown): string {
  if (typeof problem === 'object' && problem !== null) {
    if ('detail' in problem && typeof problem.detail === 'string') return problem.detail;
    if ('title' in problem && typeof problem.title === 'string') return problem.title;
  }
  return 'no reason given';
}
