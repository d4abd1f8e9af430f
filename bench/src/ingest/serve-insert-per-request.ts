import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '@etis/kernel';
import { createEmbeddedServer } from '@etis/postgres';
import fastify from 'fastify';
import pg from 'pg';
import { announce } from './contender.ts';

// What one writes first: verify, then one durable insert with a unique digest for each request, over a pool.
const secret = process.env.BENCH_SECRET ?? '';
const home = await mkdtemp(join(tmpdir(), 'etis-bench-'));
// PostgreSQL runs as another user when this is run as root, and has to reach its folder in it.
await chmod(home, 0o755);
const server = createEmbeddedServer({ home, log: silentLog, notice: () => {} });
await server.start();
const admin = server.admin();
const pool = new pg.Pool({ ...admin, max: 32 });
// A connection that the server ends while everything stops is no failure.
pool.on('error', () => {});
await pool.query(`create table delivery (
  position bigint generated always as identity primary key, digest bytea not null unique, headers jsonb not null, body bytea not null,
  received_at timestamptz not null default now()
)`);

const app = fastify({ logger: false });
app.removeAllContentTypeParsers();
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
app.post<{ Body: Buffer }>('/hooks/:connection', async (request, reply) => {
  const expected = Buffer.from(`sha1hash=${createHmac('sha1', secret).update(request.body).digest('hex')}`);
  const given = Buffer.from(String(request.headers['x-adsk-signature']));
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return reply.code(401).send();
  const digest = createHash('sha256').update(request.body).digest();
  const { rows } = await pool.query<{ position: string }>({
    name: 'insert',
    text: 'insert into delivery (digest, headers, body) values ($1, $2, $3) on conflict do nothing returning position',
    values: [digest, {}, request.body],
  });
  return reply.code(202).send({ id: rows[0]?.position ?? null });
});
const url = await app.listen({ host: '127.0.0.1', port: 0 });
announce(Number(new URL(url).port), async () => {
  await app.close();
  await pool.end();
  await server.stop();
  await rm(home, { recursive: true, force: true });
});
