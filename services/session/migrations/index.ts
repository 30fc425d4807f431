import { sessions } from './0001_sessions.js';

/** In the order in which they run; a shipped one never changes. */
export const migrations = { '0001_sessions': sessions };
