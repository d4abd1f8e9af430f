export { textOfDelivery } from './router/delivery-text.ts';
export { createSqsHandler, type SqsBatchResponse, type SqsHandlerOptions } from './router/sqs-handler.ts';
