export { pulse } from './pulse.ts';
