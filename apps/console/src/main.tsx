import '@mantine/core/styles.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { createSession } from './session/session.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no place for the console');
const nonce = document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce ?? '';
// What locks scrolling below a dialog makes a style of its own and looks for the nonce under this name.
Object.assign(globalThis, { __webpack_nonce__: nonce });
const session = createSession({ storage: window.sessionStorage, location: window.location, history: window.history });

createRoot(root).render(
  <StrictMode>
    <App session={session} nonce={nonce} />
  </StrictMode>,
);
