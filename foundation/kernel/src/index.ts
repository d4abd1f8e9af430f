export { backoff } from './backoff.ts';
export { type Clock, systemClock } from './clock.ts';
export {
  type Config,
  configErrors,
  type MailConfig,
  parseWhatsAppTokens,
  readConfig,
  redactConfig,
  type WhatsAppConfig,
} from './config.ts';
export { type ErrorDetail, type ErrorFactory, type ErrorKind, EtisError, errorCatalogue, errorText } from './errors.ts';
export { isUuid, uuidv7 } from './ids.ts';
export { createLog, silentLog } from './log.ts';
export { createLoop, type Loop } from './loop.ts';
export { type Service, supervise } from './service.ts';
export { traceIdOf, traceparentFrom } from './trace.ts';
