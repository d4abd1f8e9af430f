import { PassThrough, type Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';

/**
 * Ends every `text/event-stream` when the listener begins to close. Such an answer has no end of its own, so it would hold the listener open
 * until it is cut; a reader whose stream ended properly comes back, to another process or to the next one.
 */
export function endEventStreams(app: FastifyInstance): void {
  const open = new Set<() => void>();

  app.addHook('onSend', (_request, reply, payload, done) => {
    done(null, isStream(payload) && isEventStream(reply.getHeader('content-type')) ? endable(payload) : payload);
  });

  app.addHook('preClose', (done) => {
    for (const end of [...open]) end();
    done();
  });

  function endable(source: Readable): PassThrough {
    const out = new PassThrough();
    const end = () => {
      source.unpipe(out);
      out.end();
    };
    open.add(end);
    out.once('close', () => {
      open.delete(end);
      source.destroy();
    });
    source.once('error', (error) => out.destroy(error));
    // A source that was destroyed without an end must not look like a whole answer.
    source.once('close', () => {
      if (!source.readableEnded && !out.writableEnded) out.destroy();
    });
    return source.pipe(out);
  }
}

function isStream(payload: unknown): payload is Readable {
  return typeof payload === 'object' && payload !== null && 'pipe' in payload && typeof payload.pipe === 'function';
}

function isEventStream(contentType: unknown): boolean {
  return typeof contentType === 'string' && contentType.startsWith('text/event-stream');
}
