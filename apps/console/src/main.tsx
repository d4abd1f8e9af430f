import '@mantine/core/styles.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { createSession } from './session/session.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no place for the console');
const nonce = document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce ?? '';
const session = createSession({ storage: window.sessionStorage, location: window.location, history: window.history });

createRoot(root).render(
  <StrictMode>
    <App session={session} nonce={nonce} />
  </StrictMode>,
);
