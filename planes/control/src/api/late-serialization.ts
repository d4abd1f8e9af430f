import fastJson from 'fast-json-stringify';
import type { FastifySerializerCompiler } from 'fastify';

type Schema = Parameters<typeof fastJson>[0];

/** Compiles a reply's serialiser when it is first needed, since most operations are not used in the life of a process. What a schema does not name is not sent. */
export const lateSerializerCompiler: FastifySerializerCompiler<unknown> = ({ schema }) => {
  let compiled: ((reply: unknown) => string) | undefined;
  return (reply: unknown) => {
    compiled ??= fastJson(schema as Schema);
    return compiled(reply);
  };
};
