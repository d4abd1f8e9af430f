import fastify from 'fastify';
import { announce } from './contender.ts';

// The floor: Fastify takes the same body as bytes and sends it back.
const app = fastify({ logger: false });
app.removeAllContentTypeParsers();
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
app.post('/hooks/:connection', (request, reply) => reply.type('application/json').send(request.body));
const url = await app.listen({ host: '127.0.0.1', port: 0 });
announce(Number(new URL(url).port), () => app.close());
